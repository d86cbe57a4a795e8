import assert from 'node:assert/strict';
import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import {
  end,
  eventually,
  query,
  serverProcess,
  startElsewhere,
  useEmbeddedPlace,
} from '../../../../test/support/embedded-postgres.ts';

const isWindows = process.platform === 'win32';

describe('the embedded PostgreSQL is also reached by a socket beside its data', () => {
  const place = useEmbeddedPlace();
  const { start, startedBefore } = place;
  const viaSocket = 'SELECT inet_server_addr() IS NULL';
  const sockets = async () =>
    (await readdir(path.join(place.dataFolder, 'postgres/data'))).filter((name) =>
      /^\.s\.PGSQL\.\d+$/u.test(name),
    );

  test('which only its owner can come to, and not without the password', { skip: isWindows }, async () => {
    place.dataFolder = path.join(place.dataFolder, 'Zoë’s folder, 100%25 hers');
    await mkdir(place.dataFolder);
    startedBefore();
    const postgres = await start({ durable: false });
    assert.deepEqual(await query(postgres.nearUrl, viaSocket), [true]);
    const stranger = new URL(postgres.nearUrl);
    stranger.password = 'guess';
    await assert.rejects(query(stranger.href, 'SELECT 1'), /password authentication failed/u);
    const { mode } = await stat(path.join(place.dataFolder, 'postgres/data'));
    assert.equal(mode & 0o077, 0);
  });

  test('which comes back with it when it is killed, and leaves none behind', {
    skip: isWindows,
  }, async () => {
    startedBefore();
    const postgres = await start();
    process.kill(await serverProcess(place.dataFolder), 'SIGKILL');
    assert.deepEqual(await eventually(() => query(postgres.nearUrl, viaSocket)), [true]);
    assert.equal((await sockets()).length, 1);
    await postgres.stop();
    assert.deepEqual(await sockets(), []);
  });

  test('of which none is left by one that was killed and is started at another port', {
    skip: isWindows,
  }, async () => {
    startedBefore();
    const { child } = await startElsewhere(place.dataFolder);
    const server = await serverProcess(place.dataFolder);
    await end(child, 'SIGKILL');
    process.kill(server, 'SIGKILL');
    const [before] = await sockets();
    await start({ durable: false });
    const now = await sockets();
    assert.equal(now.length, 1);
    assert.notEqual(now[0], before);
  });

  test('unless its path is too long for one', async () => {
    place.dataFolder = path.join(place.dataFolder, 'long'.repeat(25));
    await mkdir(place.dataFolder);
    startedBefore();
    const postgres = await start({ durable: false });
    assert.equal(postgres.nearUrl, postgres.url);
    assert.deepEqual(await query(postgres.nearUrl, viaSocket), [false]);
  });

  test('unless none can be made there', async () => {
    startedBefore();
    const first = await start({ durable: false });
    await first.stop();
    const { port } = new URL(first.url);
    await mkdir(path.join(place.dataFolder, 'postgres/data', `.s.PGSQL.${port}`));
    const postgres = await start({ durable: false, port: Number(port) });
    assert.equal(postgres.nearUrl, postgres.url);
    assert.deepEqual(await query(postgres.nearUrl, viaSocket), [false]);
  });
});
