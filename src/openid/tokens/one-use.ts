import type { Db } from '#foundation/storage';
import { errors } from 'oidc-provider';
import { spendAssertion, type Assertion, type LookedUp } from './store.ts';

/** A client assertion, which is good for one request: it is spent by the first look-up that the request needs. */
export interface OneUse {
  /**
   * Looks something up and spends the assertion, in one statement.
   *
   * @throws {errors.InvalidClientAuth} the assertion was spent before
   */
  lookUp<T>(look: (db: Db, assertion: Assertion) => Promise<LookedUp<T>>): Promise<T | undefined>;
  /**
   * Spends the assertion of a request that was refused before anything was looked up.
   *
   * @returns another refusal, if the assertion was spent before
   */
  finish(): Promise<errors.InvalidClientAuth | undefined>;
}

export function createOneUse(db: Db, assertion: Assertion): OneUse {
  let isSpent = false;
  const usedBefore = () => new errors.InvalidClientAuth('the assertion was used before');
  return {
    lookUp: async (look) => {
      isSpent = true;
      const { isNew, found } = await look(db, assertion);
      if (!isNew) throw usedBefore();
      return found;
    },
    finish: async () => {
      if (isSpent) return undefined;
      isSpent = true;
      return (await spendAssertion(db, assertion)) ? undefined : usedBefore();
    },
  };
}
