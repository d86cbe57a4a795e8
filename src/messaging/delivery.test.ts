import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import { Fault } from '#foundation/errors';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { deliver, loadDelivery } from './delivery.ts';
import { sealMessage } from './sealed-message.ts';
import type { Sender } from './sender.ts';
import { insertOutgoing } from './store.ts';

let open: TestHouse;
before(async () => {
  open = await createTestHouse();
});
after(() => open.close());

async function store(): Promise<string> {
  const id = randomUUID();
  const sealed = sealMessage(open.house, id, {
    message: 'welcome',
    channel: 'email',
    to: 'ada@people.example',
    language: 'en',
    values: {},
  });
  const usefulUntil = secondsAfter(open.clock.now(), 3600);
  await insertOutgoing(open.house.deps.db, { id, sealed, usefulUntil });
  return id;
}

test('a sender that never answers is given up, told so, and asked again later', async () => {
  let wasTold = false;
  const silent: Sender = {
    send: (_house, _message, signal) => {
      signal.addEventListener('abort', () => {
        wasTold = true;
      });
      return Promise.withResolvers<never>().promise;
    },
  };
  const id = await store();
  const delivery = { ...loadDelivery({ email: silent, sms: silent }), withinMs: 10 };
  await assert.rejects(deliver(open.house, delivery, { id }), (error) => {
    assert.ok(error instanceof Fault);
    assert.equal(error.code, 'messaging.not-sent');
    return error.cause === 'timeout';
  });
  assert.ok(wasTold);
});

test('a message that is gone is nobody’s business', async () => {
  const never: Sender = { send: () => assert.fail('it was sent') };
  await deliver(open.house, loadDelivery({ email: never, sms: never }), { id: randomUUID() });
});
