import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { Upload } from 'tus-js-client';
import { openEvidence, startEvidenceWork, takeUpload } from '#evidence';
import { bareEnvironment } from '../support/bare-environment.ts';
import { findFreePort } from '../support/free-port.ts';
import { createTestHouse, type TestHouse } from '../support/house.ts';
import { until } from '../support/until.ts';
import { contentOf, keepingAll, mayUpload, openTestBundle } from '../support/uploads.ts';

const megabyte = 1024 * 1024;

interface Process {
  readonly said: readonly unknown[];
  kill(): Promise<void>;
}

async function startProcess({ databaseUrl, masterKey }: TestHouse, port: number): Promise<Process> {
  const child: ChildProcess = fork(path.resolve(import.meta.dirname, '../support/uploads-process.ts'), {
    env: {
      ...bareEnvironment,
      TEST_DATABASE_URL: databaseUrl,
      TEST_MASTER_KEY: masterKey.toString('base64'),
      TEST_PORT: String(port),
    },
  });
  const ended = once(child, 'exit');
  const said: unknown[] = [];
  child.on('message', (message) => said.push(message));
  await until(() => said.includes('listening'));
  return {
    said,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

test('a video comes whole and is looked at, although its process is killed in the midst of both', async (t) => {
  const here = await createTestHouse();
  t.after(here.close);
  const port = await findFreePort();
  const bundleId = await openTestBundle(here.house);
  const content = randomBytes(12 * megabyte);
  let child = await startProcess(here, port);
  const children = [child];
  t.after(() => child.kill());
  let [kills, restarted] = [0, Promise.resolve()];
  const restart = async (): Promise<void> => {
    await child.kill();
    child = await startProcess(here, port);
    children.push(child);
  };
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const upload = new Upload(content, {
    endpoint: `http://127.0.0.1:${port}/uploads`,
    headers: mayUpload(bundleId, 'video'),
    // In parts, so that little is on its way when a process is killed: all of it would be too much.
    chunkSize: megabyte,
    // A process takes some time to start, the longer the more this machine has to do.
    retryDelays: Array.from({ length: 240 }, () => 250),
    onProgress: (sent) => {
      if (sent < (kills + 1) * 4 * megabyte || kills === 2) return;
      kills += 1;
      restarted = restart();
    },
    onError: reject,
    onSuccess: () => resolve(upload.url?.split('/').at(-1) ?? ''),
  });
  upload.start();
  const uploadId = await promise;
  await restarted;
  assert.equal(kills, 2);
  // The one that was killed may have had all of it, and have begun.
  await until(() => children.some(({ said }) => said.includes('looking')));
  await child.kill();

  const opened = await openEvidence(here.house);
  t.after(opened.close);
  const evidence = keepingAll(opened);
  await startEvidenceWork(here.house, here.jobs, evidence);
  const take = () => takeUpload(here.house, evidence, { bundleId, uploadId });
  assert.equal((await take()).outcome, 'checking');
  here.clock.advance(60);
  await until(async () => (await take()).outcome === 'received');
  const taken = await take();
  assert.ok(taken.outcome === 'received');
  assert.ok((await contentOf({ house: here.house, evidence }, taken.file)).equals(content));
});
