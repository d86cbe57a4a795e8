import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { clientRegistration, registerClient } from '#partners';
import { sql } from 'kysely';
import { bareEnvironment } from '../support/bare-environment.ts';
import { findFreePort } from '../support/free-port.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestHouse } from '../support/house.ts';
import { assurances } from '../support/listing.ts';
import { makeKeyPair } from './explained.ts';
import { until } from '../support/until.ts';

const main = path.resolve(import.meta.dirname, '../../src/main.ts');

suite('production', () => {
  const masterKey = randomBytes(32);
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  function start(port: number, more: Record<string, string> = {}) {
    const program = spawn(process.execPath, [main], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...bareEnvironment,
        PORT: String(port),
        BEVAN_MODE: 'production',
        BEVAN_ISSUER: 'https://login.example',
        BEVAN_TRUSTED_PROXIES: '127.0.0.1',
        DATABASE_URL: database.url,
        BEVAN_MASTER_KEY: masterKey.toString('base64'),
        BEVAN_SUPPORT_CONTACT: 'support@login.example',
        BEVAN_EMAIL_SENDER: 'smtp',
        BEVAN_SMTP_URL: 'smtp://127.0.0.1:9',
        BEVAN_SMTP_FROM: 'Login <login@login.example>',
        BEVAN_SMS_SENDER: 'notify',
        BEVAN_NOTIFY_API_KEY: 'key-00000000-0000-4000-8000-000000000000-00000000-0000-4000-8000-000000000001',
        BEVAN_NOTIFY_SMS_TEMPLATE: '00000000-0000-4000-8000-000000000002',
        ...more,
      },
    });
    let said = '';
    program.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    return { program, said: () => said };
  }

  /** Asks as the proxy in front would. @returns the status; undefined while nobody listens */
  async function ask(port: number, method: string, address: string): Promise<number | undefined> {
    return (await askFully(port, method, address))?.status;
  }

  interface Answer {
    readonly status: number | undefined;
    readonly location: string;
    readonly text: string;
  }

  function askFully(
    port: number,
    method: string,
    address: string,
    more: { readonly accept?: string; readonly form?: string } = {},
  ): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const headers = {
        host: 'login.example',
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '203.0.113.7',
        accept: more.accept ?? 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      };
      const asked = request({ port, host: '127.0.0.1', method, path: address, headers }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        answer.once('end', () =>
          resolve({ status: answer.statusCode, location: answer.headers.location ?? '', text }),
        );
      });
      asked.once('error', () => resolve(undefined));
      asked.end(more.form);
    });
  }

  async function registerHilltop(): Promise<string> {
    const home = await createTestHouse({ databaseUrl: database.url, masterKey });
    const registration = clientRegistration({ mode: 'production' }).parse({
      client_name: 'Hilltop',
      redirect_uris: ['https://hilltop.example/'],
      public_key_pem: makeKeyPair().publicKeyPem,
      assurances,
    });
    const { clientId } = await home.house.transact((deps) => registerClient(deps, registration));
    await home.close();
    return clientId;
  }

  async function keptRequests(): Promise<unknown[]> {
    const home = await createTestHouse({ databaseUrl: database.url, masterKey });
    const { rows } = await sql`SELECT id FROM sandbox.request`.execute(home.house.database.db);
    await home.close();
    return rows;
  }

  test('has nothing of the sandbox', async () => {
    const port = await findFreePort();
    const { program, said } = start(port);
    const exited = once(program, 'exit');
    try {
      await until(async () => {
        assert.equal(program.exitCode, null, said());
        return ask(port, 'GET', '/health/ready');
      });
      assert.equal(await ask(port, 'GET', '/.well-known/openid-configuration'), 200);
      for (const [method, address] of [
        ['GET', '/sandbox'],
        ['GET', '/sandbox/inbox'],
        ['GET', '/sandbox/clients'],
        ['GET', '/sandbox/requests'],
        ['GET', '/sandbox/requests/xxxxxxxxxxxxxxxx'],
        ['GET', '/sandbox/api/requests'],
        ['POST', '/sandbox/reset'],
        ['GET', '/sandbox/api/openapi.json'],
        ['GET', '/sandbox/api/personas'],
        ['GET', '/sandbox/api/messages'],
        ['POST', '/sandbox/api/sign-in'],
        ['POST', '/sandbox/api/clock'],
        ['POST', '/sandbox/api/reset'],
        ['POST', '/sandbox/checkers/become'],
        ['GET', '/sandbox/api/cases'],
        ['POST', '/sandbox/api/cases/00000000-0000-4000-8000-000000000000/decide'],
      ] as const) {
        assert.equal(await ask(port, method, address), 404, `${method} ${address}`);
      }
    } finally {
      program.kill('SIGTERM');
      await exited;
    }
  });

  test('says no more of a refused request than the standard’s members, and keeps nothing of it', async () => {
    const port = await findFreePort();
    const { program, said } = start(port);
    const exited = once(program, 'exit');
    try {
      await until(async () => {
        assert.equal(program.exitCode, null, said());
        return ask(port, 'GET', '/health/ready');
      });
      const clientId = await registerHilltop();
      const membersOf = (answer: Answer | undefined) => Object.keys(JSON.parse(answer?.text ?? ''));
      for (const form of [
        '',
        'grant_type=authorization_code&client_assertion=x',
        'client_id=hilltop',
        'a=%FF',
      ]) {
        const refused = await askFully(port, 'POST', '/token', { form });
        assert.deepEqual(membersOf(refused), ['error', 'error_description'], form);
      }
      assert.deepEqual(membersOf(await askFully(port, 'GET', '/token')), ['error']);
      assert.deepEqual(membersOf(await askFully(port, 'GET', '/userinfo')), ['error', 'error_description']);
      const unknown = '/authorize?client_id=hilltip&redirect_uri=https://hilltop.example/';
      assert.deepEqual(membersOf(await askFully(port, 'GET', unknown)), ['error', 'error_description']);
      const mismatch = `/authorize?client_id=${clientId}&response_type=code&redirect_uri=https://hilltop.example`;
      assert.deepEqual(membersOf(await askFully(port, 'GET', mismatch)), ['error']);
      for (const address of [unknown, mismatch, '/authorize?login_hint=%FF']) {
        const page = await askFully(port, 'GET', address, { accept: 'text/html' });
        assert.equal(page?.status, 400);
        const main = /<main[\s\S]*<\/main>/u.exec(page?.text ?? '')?.[0] ?? '';
        assert.match(main, /website or app/u);
        assert.doesNotMatch(main, /hilltop|developer|sandbox|RFC|rule/iu);
      }
      const told = await askFully(port, 'GET', `${mismatch}/`);
      const params = new URL(told?.location ?? '').searchParams;
      assert.deepEqual([...params.keys()].toSorted(), ['error', 'error_description', 'iss']);
      assert.deepEqual(await keptRequests(), []);
    } finally {
      program.kill('SIGTERM');
      await exited;
    }
  });

  test('does not start with a sandbox’s settings, and says which', async () => {
    const { program, said } = start(await findFreePort(), {
      BEVAN_SANDBOX_OPEN_TO_NETWORK: 'true',
      BEVAN_EMAIL_SENDER: 'inbox',
    });
    const [code] = await once(program, 'exit');
    assert.notEqual(code, 0);
    assert.match(said(), /BEVAN_SANDBOX_OPEN_TO_NETWORK/u);
  });
});
