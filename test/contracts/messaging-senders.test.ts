import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { SettingsFault } from '#foundation/settings';
import { closeSenders, loadSenderPlugs, loadSenders, type Channel } from '#messaging';
import { z } from 'zod';
import type { ReadyMessage, Sender } from '../../src/messaging/sender.ts';
import { createTestHouse, testSettings, type TestHouse } from '../support/house.ts';
import type { OpenSenderWorld, SenderWorld } from './senders/world.ts';

const plugs = await loadSenderPlugs();
const opens = z.object({ default: z.custom<OpenSenderWorld>((value) => typeof value === 'function') });
const never = new AbortController().signal;

async function openWorldOf(id: string, { house }: TestHouse): Promise<SenderWorld> {
  const file = path.join(import.meta.dirname, `senders/${id}.ts`);
  assert.ok(existsSync(file), `a sender needs another side to be tested against: ${file}`);
  return opens.parse(await import(pathToFileURL(file).href)).default(house);
}

const recipients: Record<Channel, string> = {
  email: 'ada.o-neill+x@people.example',
  sms: '+447700900123',
  voice: '+441632960123',
};

function ready(channel: Channel, more: Partial<ReadyMessage> = {}): ReadyMessage {
  const email = { subject: 'Eich cod — tŷ ŵyr', html: '<p>Eich cod yw <strong>135790</strong></p>' };
  return {
    id: randomUUID(),
    attempt: 1,
    channel,
    language: 'cy',
    to: recipients[channel],
    text: 'Eich cod yw 135790.\n\n.dot at the start of a line, = signs, “quotes”, ŵ and ŷ\n',
    ...(channel === 'email' ? email : {}),
    code: '135790',
    links: [],
    ...more,
  };
}

let open: TestHouse;
before(async () => {
  open = await createTestHouse();
});
after(() => open.close());

test('there are senders to test', () => assert.ok(plugs.length > 0));

for (const plug of plugs) {
  describe(`the sender ${plug.id}`, () => {
    let world: SenderWorld;
    let sender: Sender;
    before(async () => {
      world = await openWorldOf(plug.id, open);
      sender = plug.createSender({
        mode: open.house.settings.mode,
        environment: world.environment,
        channels: plug.channels,
      });
    });
    after(async () => {
      sender.close?.();
      await world.close();
    });

    const send = (message: ReadyMessage) => sender.send(open.house, message, never);
    const receivedBy = async (to: string) => (await world.received()).filter((message) => message.to === to);

    for (const channel of plug.channels) {
      test(`takes ${channel} to its one address, with every character as it was written`, async () => {
        const message = ready(channel);
        assert.deepEqual(await send(message), { outcome: 'sent' });
        const received = await receivedBy(message.to);
        assert.equal(received.length, 1);
        assert.equal(received[0]?.channel, channel);
        assert.equal(received[0].subject, message.subject);
        assert.equal(received[0].text.trimEnd(), message.text.trimEnd());
      });

      test(`tells ${channel} sent twice, after a crash, as one message`, async () => {
        const to = { email: 'twice@people.example', sms: '+447700900222', voice: '+441632960222' }[channel];
        const message = ready(channel, { to });
        await send(message);
        assert.deepEqual(await send({ ...message, attempt: 2 }), { outcome: 'sent' });
        const ids = (await receivedBy(to)).map((received) => received.id);
        assert.ok(ids.length > 0);
        assert.equal(new Set(ids).size, 1);
        assert.ok(ids[0]?.includes(message.id));
      });

      // What only keeps messages has no other side that could fail.
      if (plug.simulator !== undefined) continue;

      test(`asks for another try of ${channel} when trouble will pass, and then gets it through`, async () => {
        const { trouble } = world;
        assert.ok(trouble);
        const to = { email: 'patient@people.example', sms: '+447700900333', voice: '+441632960333' }[channel];
        const message = ready(channel, { to });
        trouble.passing();
        assert.equal((await send(message)).outcome, 'not_now');
        assert.deepEqual(await receivedBy(to), []);
        assert.deepEqual(await send({ ...message, attempt: 2 }), { outcome: 'sent' });
        assert.equal((await receivedBy(to)).length, 1);
      });

      test(`tells a refusal of ${channel} for good, and why, without saying to whom`, async () => {
        const { trouble } = world;
        assert.ok(trouble);
        const message = ready(channel);
        trouble.forGood();
        const refused = await send(message);
        assert.equal(refused.outcome, 'refused');
        assert.match(refused.outcome === 'refused' ? refused.reason : '', /^[a-z]+-[\w]+$/u);
      });

      test(`asks for another try of ${channel} while the other side is away`, async () => {
        const { trouble } = world;
        assert.ok(trouble);
        const message = ready(channel);
        await trouble.goAway();
        const waiting = await send(message);
        await trouble.comeBack();
        assert.equal(waiting.outcome, 'not_now');
        assert.match(waiting.outcome === 'not_now' ? waiting.reason : '', /^[a-z]+-[\w]+$/u);
        assert.deepEqual(await send({ ...message, attempt: 2 }), { outcome: 'sent' });
      });
    }

    test('says which of its settings are missing', () => {
      const start = () => plug.createSender({ mode: 'production', environment: {}, channels: plug.channels });
      if (Object.keys(plug.settings).length === 0) return void start();
      assert.throws(start, (fault) => {
        assert.ok(fault instanceof SettingsFault);
        const variables = Object.values(plug.settings).map(({ variable }) => variable);
        assert.ok(
          fault.problems.every((problem) => variables.some((variable) => problem.startsWith(variable))),
        );
        return fault.problems.length > 0;
      });
    });

    test('never repeats the value of a malformed setting', () => {
      const secret = 'hunter2\u0000';
      const variables = Object.values(plug.settings).map(({ variable }) => variable);
      const environment = Object.fromEntries(variables.map((variable) => [variable, secret]));
      const start = () => plug.createSender({ mode: 'production', environment, channels: plug.channels });
      if (variables.length === 0) return void start();
      assert.throws(start, (fault) => {
        assert.ok(fault instanceof SettingsFault);
        return !fault.problems.join().includes('hunter2');
      });
    });

    test('is for production only if it sends', async () => {
      const chosen = {
        BEVAN_EMAIL_SENDER: plug.id,
        BEVAN_SMS_SENDER: plug.id,
        BEVAN_VOICE_SENDER: plug.id,
      };
      const settings = { ...testSettings(chosen), mode: 'production' as const };
      const served = plug.simulator === undefined ? plug.channels : [];
      let problems: readonly string[] = [];
      try {
        closeSenders(await loadSenders(settings, world.environment));
      } catch (fault) {
        if (!(fault instanceof SettingsFault)) throw fault;
        ({ problems } = fault);
      }
      for (const [channel, variable] of [
        ['email', 'BEVAN_EMAIL_SENDER'],
        ['sms', 'BEVAN_SMS_SENDER'],
        ['voice', 'BEVAN_VOICE_SENDER'],
      ] as const) {
        const isRefused = problems.some((problem) => problem.startsWith(variable));
        assert.equal(isRefused, !served.includes(channel), variable);
      }
    });
  });
}
