import { randomFillSync } from 'node:crypto';

/** Drawn at once: to ask for a few bytes takes as long as to ask for many. */
const pool = Buffer.alloc(4096);
let given = pool.length;

/** As `randomBytes` of `node:crypto`, for a few. What was given is wiped from the pool, and never given again. */
export function fewRandomBytes(count: number): Buffer {
  if (count > pool.length) throw new RangeError('more random bytes than a few');
  if (count > pool.length - given) {
    randomFillSync(pool);
    given = 0;
  }
  const bytes = Buffer.alloc(count);
  pool.copy(bytes, 0, given, given + count);
  pool.fill(0, given, given + count);
  given += count;
  return bytes;
}
