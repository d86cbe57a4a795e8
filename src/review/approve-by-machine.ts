import { randomUUID } from 'node:crypto';
import { readAccount, type Account } from '#accounts';
import type { Deps } from '#foundation/deps';
import { raiseToHigh, readIdentity, type Evidence, type IdentityDetails, type RaisedToHigh } from '#identity';
import type { RegisterReading } from '#pds';
import { drawsMachineFor } from './automation.ts';
import { insertCase, selectCase, selectEarlierOf, takeSubmitTurn, updateCase } from './case-store.ts';
import { hasDoubt } from './keeping-store.ts';
import { hasPassedAll, type MachineChecks } from './machine-checks.ts';
import { tellApprovedAtOnce } from './mails.ts';
import { chooseForSecondCheck } from './sampling.ts';
import { hasDisagreement } from './second-check-store.ts';
import { end, filesIn, localityOf, personKeyOf } from './settle.ts';
import { mayBeSubmitted, type Submitted } from './submit.ts';
import { isAsKnown, keepTrace, traceOf } from './trace.ts';
import { doubtful, type CaseEvidence } from './types.ts';

export type ApprovedByMachine =
  | { readonly outcome: 'approved'; readonly caseId: string }
  /**
   * A person has to decide: machines may not, something speaks against it, the register does not say what was compared, or something
   * else is known of the same person.
   */
  | { readonly outcome: 'not_by_machine' }
  | Exclude<Submitted, { outcome: 'submitted' }>
  | Extract<RaisedToHigh, { outcome: 'too_young' }>;

/** What a machine has judged, and what it has judged it by. */
interface JudgedByMachine {
  readonly accountId: string;
  readonly method: string;
  readonly bundleId: string;
  readonly evidence: CaseEvidence;
  readonly checks: MachineChecks;
  /** What the register says of the login's own number, read a moment ago. */
  readonly registered: RegisterReading;
  /** What the decision rests on, for its record: which machine, which checks, which thresholds; nothing of a face. */
  readonly ground: Evidence;
}

/**
 * Approves by a machine, at once and for good, what somebody has brought together, in a transaction: only what was drawn for it, and only
 * if every check has passed. Their level is raised and they are told; some of it is looked at again by a person, as of what people
 * have approved.
 */
export async function approveByMachine(deps: Deps, judged: JudgedByMachine): Promise<ApprovedByMachine> {
  const { accountId, method, bundleId, evidence, checks, registered, ground } = judged;
  await takeSubmitTurn(deps.db, accountId);
  const may = await mayBeSubmitted(deps, { accountId, method });
  if (may.outcome !== 'may') return may;
  const [account, identity] = [await readAccount(deps, accountId), await readIdentity(deps, accountId)];
  if (account === undefined || identity.level !== 'P5') return { outcome: 'not_at_p5' };
  const { details } = identity;
  if (!(await mayDecide(deps, judged, details))) return { outcome: 'not_by_machine' };
  const caseId = randomUUID();
  const raised = await raiseToHigh(deps, {
    accountId,
    nhsNumber: details.nhsNumber,
    localities: [await localityOf(deps, details.gpOdsCode)],
    method,
    reasons: ['checked_by_machine'],
    evidence: {
      caseId,
      checkedBy: 'machine',
      documentKind: evidence.document.kind,
      bundleId,
      ...filesIn(evidence),
      checks,
      ground,
    },
  });
  switch (raised.outcome) {
    case 'raised':
      await write(deps, { ...judged, caseId, details });
      await keepTrace(deps, { caseId, trace: traceOf(registered) });
      await finish(deps, caseId, account);
      return { outcome: 'approved', caseId };
    case 'too_young':
      return raised;
    case 'known_already':
    case 'other_person':
      return { outcome: 'not_at_p5' };
  }
}

async function mayDecide(
  deps: Deps,
  { checks, registered, bundleId }: JudgedByMachine,
  details: IdentityDetails,
): Promise<boolean> {
  const { outcome, entry } = traceOf(registered);
  if (!hasPassedAll(checks) || outcome !== 'found' || !isAsKnown(entry, details)) return false;
  if (await isKnownOtherwise(deps, details)) return false;
  return drawsMachineFor(deps, bundleId);
}

/** Of the same person, from whichever login, also one that is closed by now: another case is open, or somebody who looked at one did not believe it. */
async function isKnownOtherwise(deps: Deps, { nhsNumber }: IdentityDetails): Promise<boolean> {
  const personKey = personKeyOf(deps, nhsNumber);
  const earlier = await selectEarlierOf(deps, { personKey, before: undefined, limit: 100 });
  const isDoubtful = earlier.some(
    ({ endedAt, advice }) => endedAt === undefined || (advice !== undefined && doubtful.includes(advice)),
  );
  if (isDoubtful || (await hasDisagreement(deps.db, personKey))) return true;
  return hasDoubt(deps.db, { personKey, now: deps.clock.now() });
}

async function write(
  deps: Deps,
  approved: JudgedByMachine & { readonly caseId: string; readonly details: IdentityDetails },
): Promise<void> {
  const { caseId: id, accountId, method, bundleId, evidence, checks, details } = approved;
  const now = deps.clock.now();
  const personKey = personKeyOf(deps, details.nhsNumber);
  await insertCase(deps.db, { id, accountId, personKey, method, bundleId, evidence, checks, now });
  await updateCase(deps, id, { decision: 'approved', decided_at: now, is_by_machine: true });
  const sent = { caseId: id, method, documentKind: evidence.document.kind };
  await deps.audit({ type: 'case.submitted', accountId, details: sent });
  const decided = { caseId: id, by: 'machine', decision: 'approved' };
  await deps.audit({ type: 'case.decided', accountId, details: decided });
}

async function finish(deps: Deps, caseId: string, account: Account): Promise<void> {
  const one = await selectCase(deps, caseId);
  if (one === undefined) throw new Error('a case that was written a moment ago is not there');
  await end(deps, one, { state: 'approved', ending: 'raised' });
  await tellApprovedAtOnce(deps, account);
  await chooseForSecondCheck(deps, caseId);
}
