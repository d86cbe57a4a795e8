import assert from 'node:assert/strict';
import { readIdentity } from '#identity';
import { approveCase, readCaseOf, settleDueCases, type Checker } from '#review';
import {
  answerAll,
  claim,
  method,
  newChecker,
  newPersonAtP5,
  openTestReview,
  submitFor,
  type CasePerson,
} from './review.ts';

/** Somebody's case, and who has it open. */
export interface Opened {
  readonly person: CasePerson;
  readonly act: { readonly checker: Checker; readonly caseId: string };
}

/** So long a decision can be taken back. */
export const windowSeconds = 120;

/** Opens a desk at which cases are decided. Close its `review` when the test file ends. */
export async function openDeciding() {
  const review = await openTestReview({ BEVAN_REVIEW_CASES_PER_HOUR: '1000' });
  const { home } = review;
  return {
    review,
    home,
    /** Somebody's case, open with a checker. */
    open: async (more: Parameters<typeof newPersonAtP5>[2] = {}): Promise<Opened> => {
      const person = await newPersonAtP5(home, review.testRegister, more);
      const caseId = await submitFor(home, person);
      const checker = newChecker();
      assert.equal(await claim(home.house, checker), caseId);
      return { person, act: { checker, caseId } };
    },
    approve: async ({ act }: Opened): Promise<void> => {
      await answerAll(home.house, { ...act, register: review.register });
      assert.equal((await home.house.transact((deps) => approveCase(deps, act))).outcome, 'approved');
    },
    settle: async (): Promise<void> => {
      home.clock.advance(windowSeconds + 1);
      await settleDueCases(home.house);
    },
    levelOf: async ({ person }: Opened) => (await readIdentity(home.house.deps, person.account.id)).level,
    ownOf: ({ person }: Opened) => readCaseOf(home.house.deps, { accountId: person.account.id, method }),
    mailsTo: ({ person }: Opened) => review.inbox.countAll(person.account.email),
    /** Takes away the cases of earlier tests. */
    clear: () => home.house.database.pool.query('DELETE FROM review.case'),
  };
}
