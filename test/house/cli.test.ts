import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { bareEnvironment } from '../support/bare-environment.ts';
import { createTestHouse, type TestHouse } from '../support/house.ts';

const repository = path.resolve(import.meta.dirname, '../..');
let open: TestHouse;
let folder = '';
before(async () => {
  open = await createTestHouse();
  folder = await mkdtemp(path.join(os.tmpdir(), 'bevan-cli-'));
});
after(async () => {
  await open.close();
  await rm(folder, { recursive: true });
});

function run(...args: string[]) {
  return runOn({ DATABASE_URL: open.databaseUrl }, ...args);
}

function runOn(where: Readonly<Record<string, string>>, ...args: string[]) {
  const environment = { ...bareEnvironment, BEVAN_MODE: 'sandbox', ...where };
  return spawnSync(process.execPath, args, { cwd: repository, env: environment, encoding: 'utf8' });
}

async function describeService(more: object = {}): Promise<string> {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = path.join(folder, 'service.json');
  const described = {
    client_name: 'Hillside Pharmacy',
    redirect_uris: ['https://pharmacy.example/callback'],
    public_key_pem: publicKey.export({ format: 'pem', type: 'spki' }),
    scopes: ['openid', 'email'],
    ...more,
  };
  await writeFile(file, JSON.stringify(described));
  return file;
}

test('an operator registers, lists and removes a service', async () => {
  const added = run('src/cli/client.ts', 'add', await describeService());
  assert.equal(added.status, 0, added.stderr);
  const { client_id: clientId } = z.object({ client_id: z.string() }).parse(JSON.parse(added.stdout));
  assert.ok(run('src/cli/client.ts', 'list').stdout.includes(clientId));
  assert.equal(run('src/cli/client.ts', 'remove', clientId).status, 0);
  assert.ok(!run('src/cli/client.ts', 'list').stdout.includes(clientId));
});

test('an operator registers what goes beyond the contract, and keys by address', async () => {
  const extended = {
    public_key_pem: undefined,
    jwks_uri: 'https://pharmacy.example/jwks.json',
    require_pushed_authorization_requests: true,
    dpop_bound_access_tokens: true,
  };
  const added = run('src/cli/client.ts', 'add', await describeService(extended));
  assert.equal(added.status, 0, added.stderr);
  const shown = z.record(z.string(), z.unknown()).parse(JSON.parse(added.stdout));
  assert.deepEqual(
    [shown['jwks_uri'], shown['require_pushed_authorization_requests'], shown['dpop_bound_access_tokens']],
    ['https://pharmacy.example/jwks.json', true, true],
  );
  const inward = { public_key_pem: undefined, jwks_uri: 'https://10.0.0.1/jwks.json' };
  assert.match(
    run('src/cli/client.ts', 'add', await describeService(inward)).stderr,
    /jwks_uri: must be reachable on the public internet/u,
  );
});

test('a registration that does not fit is refused, line by line', async () => {
  const file = await describeService({
    redirect_uris: ['http://pharmacy.example/*'],
    scopes: ['everything'],
  });
  const refused = run('src/cli/client.ts', 'add', file);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /redirect_uris/u);
  assert.match(refused.stderr, /scopes/u);
});

test('an operator hears whether the audit trail is intact', () => {
  const checked = run('src/cli/audit.ts');
  assert.equal(checked.status, 0, checked.stderr);
  assert.match(checked.stdout, /intact/u);
});

test('a command that can’t reach its database says why, in a sentence', async () => {
  const away = runOn({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }, 'src/cli/client.ts', 'list');
  assert.deepEqual([away.status, away.stderr], [1, 'The database at DATABASE_URL does not answer.\n']);
  await mkdir(path.join(folder, 'postgres/data'), { recursive: true });
  await writeFile(path.join(folder, 'postgres/data/PG_VERSION'), '15\n');
  const old = runOn({ BEVAN_DATA_DIR: folder }, 'src/cli/keys.ts', 'list');
  assert.equal(old.status, 1);
  assert.match(old.stderr, /^[^\n]*made by PostgreSQL 15[^\n]*\n$/u);
});
