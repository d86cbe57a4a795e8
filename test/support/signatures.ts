import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';

/**
 * Counts the signatures that this process makes until the test ends.
 *
 * @returns how many there were so far
 */
export function watchSignatures(t: TestContext): () => number {
  const watched = t.mock.method(crypto, 'sign');
  // Whoever imported the function by its name gets another one only so.
  syncBuiltinESMExports();
  t.after(() => {
    watched.mock.restore();
    syncBuiltinESMExports();
  });
  return () => watched.mock.callCount();
}
