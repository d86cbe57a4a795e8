import assert from 'node:assert/strict';
import { constants, KeyObject, privateDecrypt } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import { signRequest } from './support/extensions.ts';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import {
  authorizeAddress,
  exchange,
  nowSeconds,
  registerService,
  signAssertion,
  type TestService,
} from './support/service.ts';
import { bearer } from './support/tokens.ts';

/** A service that publishes its keys, with a server that does as it is told. */
interface Publisher {
  readonly service: TestService;
  /** What it answers; keys unless told otherwise. */
  answer: (response: ServerResponse) => void;
  keys: JWK[];
  asked: number;
  close(): void;
}

let provider: TestProvider;
const publishers: Publisher[] = [];
before(async () => {
  provider = await startProvider();
});
after(async () => {
  for (const publisher of publishers) publisher.close();
  await provider.close();
});

async function newKey(): Promise<{ privateKey: CryptoKey; jwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair('RS512', {
    modulusLength: 2048,
    extractable: true,
  });
  return { privateKey, jwk: await exportJWK(publicKey) };
}

async function publish(headers: Record<string, string> = {}): Promise<Publisher> {
  const server = createServer((_request, response) => {
    publisher.asked += 1;
    publisher.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { privateKey, jwk } = await newKey();
  const jwksUri = `http://localhost:${port}/jwks.json`;
  const registered = await registerService(provider, {
    jwks: { keys: [] },
    jwksUri,
    scopes: ['openid', 'email', 'phone', 'client_metadata'],
    signedRequests: 'allowed',
  });
  const publisher: Publisher = {
    service: { ...registered, privateKey },
    keys: [jwk],
    asked: 0,
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ keys: publisher.keys }));
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  publishers.push(publisher);
  return publisher;
}

/** Who gets as far as the code, which does not exist, has been let in. */
async function isLetIn(service: TestService): Promise<boolean> {
  const { body } = await exchange(provider, service, 'unknown');
  return body['error'] === 'invalid_grant';
}

test('a service is known by a key that it publishes, and is asked for it once', async () => {
  const publisher = await publish();
  const answers = await Promise.all(Array.from({ length: 10 }, () => isLetIn(publisher.service)));
  assert.deepEqual(new Set(answers), new Set([true]));
  assert.equal(await isLetIn(publisher.service), true);
  assert.equal(publisher.asked, 1);
});

test('a key that it does not publish lets nobody in, however often it is tried', async () => {
  const publisher = await publish();
  const { privateKey } = await newKey();
  for (let tries = 0; tries < 20; tries += 1) {
    assert.equal(await isLetIn({ ...publisher.service, privateKey }), false);
  }
  assert.equal(publisher.asked, 1);
  provider.clock.advance(61);
  for (let tries = 0; tries < 5; tries += 1) {
    assert.equal(await isLetIn({ ...publisher.service, privateKey }), false);
  }
  assert.equal(publisher.asked, 2);
});

test('what is forged for other reasons than its key makes nobody ask', async () => {
  const publisher = await publish();
  assert.equal(await isLetIn(publisher.service), true);
  provider.clock.advance(61);
  const assertion = await signAssertion(provider, publisher.service, { exp: nowSeconds() - 100 });
  const late = await exchange(provider, publisher.service, 'unknown', { client_assertion: assertion });
  assert.equal(late.body['error'], 'invalid_client');
  assert.equal(publisher.asked, 1);
});

test('a new key is good at once when the last asking is a minute ago, and a withdrawn one no longer', async () => {
  const publisher = await publish();
  assert.equal(await isLetIn(publisher.service), true);
  const { privateKey, jwk } = await newKey();
  publisher.keys = [jwk];
  provider.clock.advance(61);
  assert.equal(await isLetIn({ ...publisher.service, privateKey }), true);
  assert.equal(await isLetIn(publisher.service), false);
});

test('keys are kept for as long as the service says, between a minute and an hour', async () => {
  for (const [said, kept] of [
    ['no-store', 60],
    ['max-age=600', 600],
    ['max-age=99999999', 3600],
  ] as const) {
    const publisher = await publish({ 'cache-control': said });
    assert.equal(await isLetIn(publisher.service), true);
    provider.clock.advance(kept - 5);
    assert.equal(await isLetIn(publisher.service), true);
    assert.equal(publisher.asked, 1, said);
    provider.clock.advance(6);
    assert.equal(await isLetIn(publisher.service), true);
    assert.equal(publisher.asked, 2, said);
  }
});

test('while a service’s server is away its keys are still good for an hour, and then no longer', async () => {
  const publisher = await publish({ 'cache-control': 'max-age=60' });
  assert.equal(await isLetIn(publisher.service), true);
  publisher.answer = (response) => void response.writeHead(500).end();
  provider.clock.advance(3600);
  assert.equal(await isLetIn(publisher.service), true);
  provider.clock.advance(100);
  assert.equal(await isLetIn(publisher.service), false);
});

test('a server that never answers keeps its own service waiting once, and nobody else', async () => {
  const [hanging, well] = [await publish(), await registerService(provider)];
  hanging.answer = () => undefined;
  const waiting = Promise.all(Array.from({ length: 30 }, () => isLetIn(hanging.service)));
  const first = await Promise.race([waiting, Promise.all([isLetIn(well), isLetIn(well)])]);
  assert.deepEqual(first, [true, true]);
  assert.deepEqual(new Set(await waiting), new Set([false]));
  assert.equal(hanging.asked, 1);
  // Asking again would take three seconds at least.
  const next = await Promise.race([isLetIn(hanging.service), wait(2900, 'too late')]);
  assert.equal(next, false);
  assert.equal(hanging.asked, 1);
});

test('a server that lies lets nobody in', async () => {
  const publisher = await publish();
  const lies = ['{"keys":[{"kty":"oct","k":"AA"}]}', '{"keys":{}}', 'null', '"'];
  for (const lie of lies) {
    publisher.answer = (response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(lie);
    assert.equal(await isLetIn(publisher.service), false);
    provider.clock.advance(61);
  }
});

test('a signed request is checked against published keys, too', async () => {
  const publisher = await publish();
  const request = await signRequest(provider, publisher.service);
  const address = authorizeAddress(publisher.service, { request });
  const response = await provider.fetch(address, { redirect: 'manual' });
  assert.match(response.headers.get('location') ?? '', /\/interaction\//u);
});

test('what is kept for it about a person starts encrypted under a key that it publishes', async () => {
  const { service } = await publish();
  const { id: accountId } = await createPerson(provider);
  const back = await signIn(provider, service, { accountId }, { scope: 'openid client_metadata' });
  const { access_token: token } = (await exchange(provider, service, codeIn(back))).body;
  const read = async () => {
    const response = await provider.fetch('/userinfo', { headers: bearer(token) });
    return String(((await response.json()) as Record<string, unknown>)['client_user_metadata']);
  };
  const open = (value: string) =>
    privateDecrypt(
      {
        key: KeyObject.from(service.privateKey),
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: 'sha1',
      },
      Buffer.from(value, 'base64url'),
    );
  const first = open(await read());
  assert.equal(first.length, 32);
  const changed = await provider.fetch('/userinfo', {
    method: 'PATCH',
    headers: { ...bearer(token), 'content-type': 'application/json' },
    body: JSON.stringify({ client_user_metadata: 'auto' }),
  });
  assert.equal(changed.status, 204);
  assert.notDeepEqual(open(await read()), first);
});
