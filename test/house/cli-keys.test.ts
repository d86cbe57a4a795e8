import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { listSigningKeys, signingKeyOnTheWire } from '#openid';
import { z } from 'zod';
import { ask, untilPublished } from '../openid/support/keys.ts';
import { startProvider, type TestProvider } from '../openid/support/provider.ts';
import { bareEnvironment } from '../support/bare-environment.ts';
import { markSandboxs } from '../support/house.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const line = z.strictObject({
  kid: z.string(),
  state: z.string(),
  published_at: z.iso.datetime(),
  signs_from: z.iso.datetime().nullable(),
  stopped_at: z.iso.datetime().nullable(),
  retired_at: z.iso.datetime().nullable(),
  private_part: z.boolean(),
});

let provider: TestProvider;
before(async () => {
  provider = await startProvider();
  await markSandboxs(provider);
});
after(() => provider.close());

/** Runs the command as an operator would, beside a process that is running. */
function keys(args: readonly string[], masterKey = provider.masterKey) {
  return spawnSync(process.execPath, ['src/cli/keys.ts', ...args], {
    cwd: repository,
    encoding: 'utf8',
    env: {
      ...bareEnvironment,
      BEVAN_MODE: 'sandbox',
      DATABASE_URL: provider.databaseUrl,
      BEVAN_MASTER_KEY: masterKey.toString('base64'),
    },
  });
}

/** What `keys list` prints, without a process of its own. */
const list = async () => (await listSigningKeys(provider.house.deps)).map(signingKeyOnTheWire);

const kidIn = async (state: string) => (await list()).find((key) => key.state === state)?.kid ?? '';

test('an operator lists, rotates and retires the keys of a platform that runs', async () => {
  const [first, second] = [await kidIn('active'), await kidIn('next')];
  const early = keys(['rotate']);
  assert.equal(early.status, 1);
  const { signs_from: signsFrom } = (await list()).find(({ kid }) => kid === second) ?? {};
  assert.ok(early.stderr.includes(`${second}, may sign from ${signsFrom ?? ''}`), early.stderr);

  await ask(provider, "UPDATE openid.published_key SET published_at = published_at - interval '1 day'");
  const rotated = keys(['rotate']);
  assert.equal(rotated.status, 0, rotated.stderr);
  const third = await kidIn('next');
  for (const kid of [first, second, third]) assert.ok(rotated.stdout.includes(kid), rotated.stdout);
  await untilPublished(provider, [second, third, first]);

  const retired = keys(['retire', second]);
  assert.equal(retired.status, 0, retired.stderr);
  assert.match(retired.stdout, /taken back and its private part deleted\. It was active\./u);
  assert.match(retired.stdout, /Tokens that it signed are accepted here no more/u);
  assert.ok(retired.stdout.includes(`${third} signs`), retired.stdout);
  await untilPublished(provider, [third, await kidIn('next'), first]);

  assert.equal(keys(['rotate', '--now']).status, 0);
  const { stdout, status } = keys(['list']);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(status, 0);
  assert.deepEqual(
    lines.map((text) => line.parse(JSON.parse(text))),
    await list(),
  );
  const gone = (await list()).find(({ kid }) => kid === second);
  assert.deepEqual([gone?.state, gone?.private_part], ['retired', false]);
});

test('what does not fit is refused in words, and changes nothing', async () => {
  const before = await list();
  const refused = [
    [['retire', 'unknown'], /There is no key “unknown”/u],
    [['retire'], /keys retire KID/u],
    [['rotate', 'now'], /keys rotate --now/u],
  ] as const;
  for (const [args, words] of refused) {
    const { status, stderr } = keys(args);
    assert.equal(status, 1);
    assert.match(stderr, words);
  }
  assert.deepEqual(await list(), before);
});

test('nothing is made under another master key than the platform’s', async () => {
  const before = await list();
  for (const args of [
    ['rotate', '--now'],
    ['retire', await kidIn('active')],
    ['retire', await kidIn('next')],
  ]) {
    const { status, stderr } = keys(args, randomBytes(32));
    assert.equal(status, 1);
    assert.match(stderr, /sealed under another master key/u);
  }
  assert.deepEqual(await list(), before);
});
