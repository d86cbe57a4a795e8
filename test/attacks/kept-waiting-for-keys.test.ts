import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Deps } from '#foundation/deps';
import { readClient, removeClient, updateClient, type Client } from '#partners';
import { signRequest } from '../openid/support/extensions.ts';
import { signHandOver } from '../openid/support/hand-over.ts';
import { codeIn, createPerson, openBrowser, signIn } from '../openid/support/people.ts';
import { startProvider, type TestProvider } from '../openid/support/provider.ts';
import {
  exchange,
  registerService,
  signAssertion,
  type TestService,
  type TokenAnswer,
} from '../openid/support/service.ts';
import { payloadOf } from '../openid/support/tokens.ts';
import { visitsOf } from '../openid/support/visits.ts';

let provider: TestProvider;
let keeper: TestService;
before(async () => {
  provider = await startProvider();
  keeper = await registerService(provider);
});
after(() => provider.close());

/** A service that publishes its keys, and has whoever asks for them wait. */
interface Slow {
  readonly service: TestService;
  /** Has something happen while somebody waits for the keys, the next time that they are asked for. */
  meanwhile(change: (deps: Deps) => Promise<unknown>): void;
}

const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

async function registerSlow(registered: Partial<Client> = {}): Promise<Slow> {
  let change: ((deps: Deps) => Promise<unknown>) | undefined;
  const { publicJwk, ...keyed } = await registerService(provider);
  const give = (response: ServerResponse) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ keys: [{ kty: 'RSA', ...publicJwk }] }));
  const server = createServer((_request, response) => {
    const work = change === undefined ? Promise.resolve() : provider.house.transact(change);
    change = undefined;
    work.then(
      () => give(response),
      (error: unknown) => response.destroy(new Error('the change failed', { cause: error })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const slow = await registerService(provider, {
    ...registered,
    jwks: { keys: [] },
    jwksUri: `http://localhost:${port}/jwks.json`,
  });
  return {
    service: { ...slow, publicJwk, privateKey: keyed.privateKey },
    meanwhile: (made) => {
      change = made;
    },
  };
}

async function change(deps: Deps, clientId: string, changes: Partial<Client>): Promise<void> {
  const client = await readClient(deps, clientId);
  assert.ok(client !== undefined);
  await updateClient(deps, clientId, { ...client, ...changes });
}

const turnedAway = ({ status, body }: TokenAnswer) =>
  assert.deepEqual([status, body['error']], [401, 'invalid_client']);

describe('a service that has us wait for its keys', () => {
  test('gets no tokens once it is removed', async () => {
    const { service, meanwhile } = await registerSlow();
    const { id: accountId } = await createPerson(provider);
    const code = codeIn(await signIn(provider, service, { accountId }));
    meanwhile((deps) => removeClient(deps, service.clientId));
    turnedAway(await exchange(provider, service, code));
  });

  test('gets only what it is registered for by then', async () => {
    const { service, meanwhile } = await registerSlow();
    const { id: accountId } = await createPerson(provider);
    const code = codeIn(await signIn(provider, service, { accountId }));
    meanwhile((deps) => change(deps, service.clientId, { scopes: ['openid', 'email'] }));
    const { status, body } = await exchange(provider, service, code);
    assert.deepEqual([status, body['scope']], [200, 'openid email']);
  });

  test('gets none with keys that are no longer its own', async () => {
    const { service, meanwhile } = await registerSlow();
    const { id: accountId } = await createPerson(provider);
    const code = codeIn(await signIn(provider, service, { accountId }));
    const { n, e, kid } = keeper.publicJwk;
    const jwks = { keys: [{ kty: 'RSA', alg: 'RS512', use: 'sig', n, e, kid }] } as const;
    meanwhile((deps) => change(deps, service.clientId, { jwks, jwksUri: undefined }));
    const assertion = await signAssertion(provider, service);
    turnedAway(await exchange(provider, service, code, { client_assertion: assertion }));
    const now = { ...service, privateKey: keeper.privateKey };
    assert.equal((await exchange(provider, now, code)).status, 200);
  });

  test('has no request taken that is signed with keys that are no longer its own, or once it may sign none', async () => {
    const { n, e, kid } = keeper.publicJwk;
    const others = { keys: [{ kty: 'RSA', alg: 'RS512', use: 'sig', n, e, kid }] } as const;
    const changes: ((deps: Deps, clientId: string) => Promise<unknown>)[] = [
      (deps, clientId) => change(deps, clientId, { jwks: others, jwksUri: undefined }),
      (deps, clientId) => change(deps, clientId, { signedRequests: undefined }),
      () => Promise.resolve(),
    ];
    const outcomes: unknown[] = [];
    for (const one of changes) {
      const { service, meanwhile } = await registerSlow({ signedRequests: 'allowed' });
      const asked = { prompt: 'none', request: await signRequest(provider, service, { prompt: 'none' }) };
      meanwhile((deps) => one(deps, service.clientId));
      outcomes.push(await visitsOf(provider, service).askSilently(openBrowser(provider), asked));
    }
    assert.deepEqual(outcomes, ['invalid_request_object', 'request_not_supported', 'sso_login_required']);
  });

  test('hands nobody over once it is removed, or may not any more', async () => {
    const changes: ((deps: Deps, clientId: string) => Promise<unknown>)[] = [
      (deps, clientId) => removeClient(deps, clientId),
      (deps, clientId) => change(deps, clientId, { ssoWith: [] }),
      () => Promise.resolve(),
    ];
    const outcomes: unknown[] = [];
    for (const one of changes) {
      const { service, meanwhile } = await registerSlow({ ssoWith: [keeper.clientId] });
      const { id: accountId } = await createPerson(provider);
      codeIn(await signIn(provider, keeper, { accountId }));
      const back = await signIn(provider, service, { accountId });
      const idToken = payloadOf((await exchange(provider, service, codeIn(back))).body['id_token']);
      // Longer than keys are taken as they were.
      provider.clock.advance(400);
      meanwhile((deps) => one(deps, service.clientId));
      const assertion = await signHandOver(service, idToken['jti']);
      const browser = openBrowser(provider);
      outcomes.push(
        await visitsOf(provider, keeper).askSilently(browser, { asserted_login_identity: assertion }),
      );
    }
    assert.deepEqual(outcomes, ['sso_login_required', 'sso_login_required', 'code']);
  });
});
