import type { Db } from '#foundation/storage';
import { errors } from 'oidc-provider';
import { spendAssertion, type Assertion, type Spending } from './store.ts';

/**
 * A client assertion, which is good for one request: it is spent by the first thing that the request writes, and before
 * anything is signed or told.
 */
export interface OneUse {
  /**
   * Writes something and spends the assertion, in one statement.
   *
   * @throws {errors.InvalidClientAuth} the assertion was spent before; nothing is written then
   */
  write<T>(write: (db: Db, assertion: Assertion) => Promise<Spending<T>>): Promise<T>;
  /**
   * Spends the assertion, where nothing is written with it.
   *
   * @throws {errors.InvalidClientAuth} the assertion was spent before
   */
  spend(): Promise<void>;
  /**
   * Spends the assertion of a request that was refused before anything was written.
   *
   * @returns another refusal, if the assertion was spent before
   */
  finish(): Promise<errors.InvalidClientAuth | undefined>;
}

export function createOneUse(db: Db, assertion: Assertion): OneUse {
  let isSpent = false;
  const usedBefore = () => new errors.InvalidClientAuth('the assertion was used before');
  const finish = async () => {
    if (isSpent) return undefined;
    isSpent = true;
    return (await spendAssertion(db, assertion)) ? undefined : usedBefore();
  };
  return {
    write: async (write) => {
      isSpent = true;
      const { isNew, result } = await write(db, assertion);
      if (!isNew) throw usedBefore();
      return result;
    },
    spend: async () => {
      const refusal = await finish();
      if (refusal !== undefined) throw refusal;
    },
    finish,
  };
}
