import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { findFreePort } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from './support.ts';

const main = path.resolve(import.meta.dirname, '../../src/main.ts');

suite('production', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  function start(port: number, more: Record<string, string> = {}) {
    const program = spawn(process.execPath, [main], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        BEVAN_MODE: 'production',
        BEVAN_ISSUER: 'https://login.example',
        BEVAN_TRUSTED_PROXIES: '127.0.0.1',
        DATABASE_URL: database.url,
        BEVAN_MASTER_KEY: randomBytes(32).toString('base64'),
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
  function ask(port: number, method: string, address: string): Promise<number | undefined> {
    return new Promise((resolve) => {
      const headers = {
        host: 'login.example',
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '203.0.113.7',
      };
      const asked = request({ port, host: '127.0.0.1', method, path: address, headers }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode));
      });
      asked.once('error', () => resolve(undefined));
      asked.end();
    });
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
        ['POST', '/sandbox/reset'],
        ['GET', '/sandbox/api/openapi.json'],
        ['GET', '/sandbox/api/personas'],
        ['GET', '/sandbox/api/messages'],
        ['POST', '/sandbox/api/sign-in'],
        ['POST', '/sandbox/api/clock'],
        ['POST', '/sandbox/api/reset'],
      ] as const) {
        assert.equal(await ask(port, method, address), 404, `${method} ${address}`);
      }
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
