import { randomUUID } from 'node:crypto';
import type { Account } from '#accounts';
import type { House } from '#foundation/deps';
import type { NhsNumber } from '#foundation/identifiers';
import type { Environment } from '#foundation/settings';
import { openRegister, type Register } from '#pds';
import {
  answerQuestion,
  claimNext,
  readCase,
  startReviewWork,
  submitCase,
  traceCase,
  type CaseEvidence,
  type CaseView,
  type Checker,
  type MachineChecks,
  type QuestionId,
  type ReviewRole,
} from '#review';
import { makeAccount } from './accounts.ts';
import { createTestHouse, type TestHouse } from './house.ts';
import { makeKnown } from './identities.ts';
import { openInbox, type TestInbox } from './inbox.ts';
import { prepareTestRegister, unusedNhsNumber, type TestRegister } from './register.ts';
import { until } from './until.ts';

export const method = 'photo-id-video';
let made = 0;

/** A house with a register and an inbox, in which cases are decided. */
export interface TestReview {
  readonly home: TestHouse;
  readonly testRegister: TestRegister;
  readonly register: Register | undefined;
  readonly inbox: TestInbox;
  close(): Promise<void>;
}

export async function openTestReview(environment: Environment = {}): Promise<TestReview> {
  const prepared = await prepareTestRegister();
  const home = await createTestHouse({
    environment: { BEVAN_REVIEW_SECOND_CHECK_PERCENT: '0', ...prepared.environment, ...environment },
  });
  const testRegister = await prepared.start(home);
  const register = openRegister(home.house);
  const inbox = await openInbox(home);
  await startReviewWork(home.house, home.jobs, { register });
  return {
    home,
    testRegister,
    register,
    inbox,
    close: async () => {
      await testRegister.close();
      await home.close();
    },
  };
}

/** Somebody who checks cases. */
export function newChecker(roles: readonly ReviewRole[] = ['checker'], email?: string): Checker {
  return { staffId: randomUUID(), roles, ...(email === undefined ? {} : { email }) };
}

export const passportAndVideo = (): CaseEvidence => ({
  document: { kind: 'passport', frontId: randomUUID() },
  video: { fileId: randomUUID(), way: 'say', digits: [1, 2, 3, 4] },
});

export const passportAndScan = (): CaseEvidence => ({
  document: { kind: 'passport', frontId: randomUUID() },
  scan: {
    stillId: randomUUID(),
    acts: [
      { act: 'look-straight', frameIds: [randomUUID()] },
      { act: 'turn-left', frameIds: [randomUUID()] },
    ],
  },
});

/** What a machine says of a case against which it has nothing. */
export const allPassed: MachineChecks = {
  document: { end: 'pass', reasons: [] },
  comparison: { end: 'pass', reasons: [] },
  face: { end: 'pass', reasons: [] },
};

export interface CasePerson {
  readonly account: Account;
  readonly nhsNumber: NhsNumber;
}

/** Somebody at P5, whom the register has as well, if there is one. */
export async function newPersonAtP5(
  home: TestHouse,
  register?: TestRegister,
  more: { readonly birthdate?: string; readonly email?: string; readonly language?: 'en' | 'cy' } = {},
): Promise<CasePerson> {
  made += 1;
  const {
    birthdate = '1980-05-17',
    language = 'en',
    email = `case.${made}.${randomUUID().slice(0, 8)}@people.example`,
  } = more;
  const account = await makeAccount(home, { email, language });
  const nhsNumber = (await register?.addPatient({ birthdate })) ?? unusedNhsNumber();
  const details = { familyName: 'Meadows', givenName: 'Robin', birthdate };
  await makeKnown(home, { accountId: account.id, level: 'P5', nhsNumber, details });
  return { account, nhsNumber };
}

/** Puts somebody's case into the queue. */
export async function submitFor(
  { house }: Pick<TestHouse, 'house'>,
  { account }: { readonly account: Pick<Account, 'id'> },
  evidence: CaseEvidence = passportAndVideo(),
  bundleId: string = randomUUID(),
  checks?: MachineChecks,
): Promise<string> {
  const machine = checks === undefined ? {} : { checks };
  const submitted = await house.transact((deps) =>
    submitCase(deps, { accountId: account.id, method, bundleId, evidence, ...machine }),
  );
  if (submitted.outcome !== 'submitted')
    throw new Error(`a test could not submit a case: ${submitted.outcome}`);
  return submitted.caseId;
}

/** As {@link submitFor}, and nothing is done with the case in the background any more. */
export async function submitAndWait(
  home: Pick<TestHouse, 'house'>,
  person: Pick<CasePerson, 'account'>,
): Promise<string> {
  const caseId = await submitFor(home, person);
  await until(async () => {
    const { rowCount } = await home.house.database.pool.query(
      "SELECT FROM jobs.job WHERE data->>'caseId' = $1 AND state IN ('created', 'active')",
      [caseId],
    );
    return rowCount === 0;
  });
  return caseId;
}

/** Claims the next case, which has to be there. */
export async function claim(house: House, checker: Checker): Promise<string> {
  const claimed = await claimNext(house, { checker });
  if (claimed.outcome !== 'claimed') throw new Error(`a test could not claim a case: ${claimed.outcome}`);
  return claimed.caseId;
}

/** Reads a case that is open. */
export async function viewOf(house: House, act: { checker: Checker; caseId: string }): Promise<CaseView> {
  const view = await house.transact((deps) => readCase(deps, act));
  if (view.outcome !== 'open') throw new Error(`a test could not read a case: ${view.outcome}`);
  return view;
}

/** Asks the register, and answers question after question as it should be, up to one that fails. */
export async function answerAll(
  house: House,
  act: { checker: Checker; caseId: string; register: Register | undefined; failAt?: QuestionId },
): Promise<CaseView> {
  const { failAt, register, ...of } = act;
  await traceCase(house, { ...of, register, trace: { by: 'own_number' } });
  for (;;) {
    const view = await viewOf(house, of);
    const { next, questions } = view.questionnaire;
    const asked = questions.find(({ id }) => id === next);
    if (asked === undefined) return view;
    const isFailing = asked.id === failAt || (failAt?.startsWith(asked.id) === true && asked.id !== failAt);
    const answer = isFailing === (asked.passes === 'yes') ? 'no' : 'yes';
    await house.transact((deps) => answerQuestion(deps, { ...of, question: asked.id, answer }));
  }
}
