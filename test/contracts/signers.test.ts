import assert from 'node:assert/strict';
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { after, before, describe, test } from 'node:test';
import { calculateJwkThumbprint } from 'jose';
import { z } from 'zod';
import type { Signer } from '../../src/openid/keys/signer.ts';
import { createTestHouse, type TestHouse } from '../support/house.ts';
import type { OpenSigner } from './signers/world.ts';

const folder = path.join(import.meta.dirname, 'signers');
const names = globSync('*.ts', { cwd: folder }).filter((name) => name !== 'world.ts');
const opens = z.object({ default: z.custom<OpenSigner>((value) => typeof value === 'function') });

let home: TestHouse;
before(async () => {
  home = await createTestHouse();
});
after(() => home.close());

test('there are signers to test', () => assert.ok(names.length > 0));

for (const name of names) {
  describe(`the signer ${name}`, () => {
    let signer: Signer;
    before(async () => {
      const { default: open } = opens.parse(await import(pathToFileURL(path.join(folder, name)).href));
      signer = open(home.house);
    });

    test('makes RSA keys of 2048 bits, each another, named by their thumbprints', async () => {
      const [one, other] = [await signer.create(), await signer.create()];
      assert.notEqual(one.keyId, other.keyId);
      for (const { publicJwk } of [one, other]) {
        assert.deepEqual(Object.keys(publicJwk).toSorted(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
        assert.equal(Buffer.from(publicJwk.n, 'base64url').length * 8, 2048);
        assert.equal(publicJwk.kid, await calculateJwkThumbprint(publicJwk));
      }
    });

    test('finds and lists what it has made, and nothing else', async () => {
      const made = await signer.create();
      const found = await signer.find(made.keyId);
      assert.deepEqual(found?.publicJwk, made.publicJwk);
      assert.ok((await signer.list()).includes(made.keyId));
      assert.equal(await signer.find('unknown'), undefined);
    });

    test('signs what anybody can check with the public part, whichever process has made the key', async () => {
      const made = await signer.create();
      const found = await signer.find(made.keyId);
      for (const key of [made, found]) {
        assert.ok(key !== undefined);
        for (const bytes of [Buffer.alloc(0), Buffer.from('ŵ.ŷ'), randomBytes(10_000)]) {
          const signature = await key.sign(bytes);
          const publicKey = createPublicKey({ key: { ...made.publicJwk }, format: 'jwk' });
          assert.ok(verify('sha512', bytes, publicKey, signature));
          assert.ok(!verify('sha512', Buffer.concat([bytes, Buffer.from('x')]), publicKey, signature));
        }
      }
    });

    test('signs many at once while the process does other things', async () => {
      const key = await signer.create();
      let turns = 0;
      const count = () => {
        turns += 1;
        waiting = setImmediate(count);
      };
      let waiting = setImmediate(count);
      const signatures = await Promise.all(
        Array.from({ length: 100 }, (_, number) => key.sign(Buffer.from(String(number)))),
      );
      clearImmediate(waiting);
      assert.equal(new Set(signatures.map((signature) => Buffer.from(signature).toString('hex'))).size, 100);
      // Where signing kept the process, it would get to nothing.
      assert.ok(turns > 0, `the process got to do something else ${turns} times`);
    });

    test('never shows a private part', async () => {
      const { keyId } = await signer.create();
      const key = await signer.find(keyId);
      const shown = inspect(key, { depth: null, showHidden: true });
      for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
        assert.doesNotMatch(shown, new RegExp(`\\b${part}: '`, 'u'));
    });

    test('deletes a key for good, as often as it is told to', async () => {
      const [doomed, kept] = [await signer.create(), await signer.create()];
      await signer.destroy(doomed.keyId);
      await signer.destroy(doomed.keyId);
      assert.equal(await signer.find(doomed.keyId), undefined);
      const left = await signer.list();
      assert.deepEqual([left.includes(doomed.keyId), left.includes(kept.keyId)], [false, true]);
    });
  });
}
