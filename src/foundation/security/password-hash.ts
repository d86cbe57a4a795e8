import { hash, verify } from '@node-rs/argon2';
import { createWorkQueue } from './work-queue.ts';

/** Argon2id off the main thread, a few at a time; those who ask take turns. */
export interface PasswordHasher {
  /**
   * @param whose the network that asks
   * @returns the hash in PHC format, parameters included
   */
  hash(password: string, whose?: string): Promise<string>;
  /**
   * Checks a password. With `undefined` instead of a hash it does the same work and answers false, so that an
   * unknown account takes as long as a known one.
   */
  verify(storedHash: string | undefined, password: string, whose?: string): Promise<boolean>;
  /** @returns whether the hash was made with other parameters than today's */
  isOutdated(storedHash: string): boolean;
}

/** OWASP Password Storage Cheat Sheet, Argon2id: m = 19 MiB, t = 2, p = 1; Argon2id is the library's own default. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Of those that wait for one another anyway, so many are answered together: less than a tenth of a second's worth. */
const together = 8;
const phcPrefix = '$argon2id$v=19$m=19456,t=2,p=1$';

/** @param limits see {@link createWorkQueue} */
export async function createPasswordHasher(limits: {
  atOnce: number;
  waiting: number;
}): Promise<PasswordHasher> {
  const queue = createWorkQueue({ ...limits, together });
  const nobodysHash = await hash('the password of no account', parameters);
  return {
    hash: (password, whose = '') => queue.run(() => hash(password.normalize('NFKC'), parameters), whose),
    verify: async (storedHash, password, whose = '') => {
      const check = () => verify(storedHash ?? nobodysHash, password.normalize('NFKC'));
      const matches = await queue.run(check, whose);
      return matches && storedHash !== undefined;
    },
    isOutdated: (storedHash) => !storedHash.startsWith(phcPrefix),
  };
}
