import { readAccount } from '#accounts';
import type { Deps, House } from '#foundation/deps';
import { acceptMatch, matchRegister, type MatchCandidate, type RegisterMatch } from '#identity';
import { isSessionLiving } from '#openid';
import {
  claimOf,
  lockedStop,
  type ProveIdentityContext,
  type ProveIdentityOutcome,
  type ProveIdentityParts,
  type ProveIdentityVisit,
} from './answers.ts';

export type Finding = RegisterMatch | { readonly outcome: 'sign_in_over' };

/** Looks for the record of whoever the answers speak of. */
export async function lookFor(
  house: House,
  { register }: ProveIdentityParts,
  { answers, context, browser }: ProveIdentityVisit,
): Promise<Finding> {
  const claimed = claimOf(answers);
  if (claimed === undefined) throw new Error('a record was looked for before all was asked');
  if (await isSignInOver(house.deps, context)) return { outcome: 'sign_in_over' };
  // Switched off since the journey began.
  if (register === undefined) return { outcome: 'unavailable', reason: 'down' };
  const { accountId } = context;
  return matchRegister(house, { register, accountId, remoteAddress: browser.remoteAddress, claimed });
}

/** Says where somebody goes on from what was found. */
export function takeFinding(
  deps: Deps,
  { answers, context }: ProveIdentityVisit,
  finding: Finding,
): ProveIdentityOutcome {
  switch (finding.outcome) {
    case 'match':
      return { outcome: 'answered', answers: { ...answers, found: finding } };
    case 'no_match': {
      const { lockedUntil } = finding;
      const until = lockedUntil === undefined ? {} : { lockedUntil: lockedUntil.toISOString() };
      return { outcome: 'answered', answers: { ...answers, found: { outcome: 'no_match', ...until } } };
    }
    case 'known_already':
      return { outcome: 'answered', answers: { ...answers, settled: 'already' } };
    case 'sign_in_over':
      return signInAgain(context);
    case 'locked':
      return { outcome: 'stopped', stop: lockedStop(deps, context, finding.until) };
    case 'unavailable': {
      const data = { by: answers.knows === 'no' ? 'name' : 'number', clientName: context.clientName };
      return { outcome: 'stopped', stop: { page: 'journeys/prove-identity/unavailable', status: 503, data } };
    }
  }
}

/** Makes the record that was found theirs. */
export async function accept(
  deps: Deps,
  visit: ProveIdentityVisit,
  { candidate, partsWrong }: { candidate: MatchCandidate; partsWrong: boolean },
): Promise<ProveIdentityOutcome> {
  const { answers, context } = visit;
  const { accountId } = context;
  if (await isSignInOver(deps, context)) return signInAgain(context);
  const { outcome } = await acceptMatch(deps, { accountId, candidate, partsWrong });
  switch (outcome) {
    case 'accepted':
      return { outcome: 'answered', answers: { ...answers, said: undefined, settled: 'matched' } };
    case 'known_already':
      return { outcome: 'answered', answers: { ...answers, said: undefined, settled: 'already' } };
    case 'no_match':
      return {
        outcome: 'answered',
        answers: { ...answers, found: { outcome: 'no_match' }, said: undefined },
      };
  }
}

/** The password was changed meanwhile, or another has signed in here: neither decides anything for the owner. */
function signInAgain(context: ProveIdentityContext): ProveIdentityOutcome {
  return { outcome: 'moved', journey: 'sign-in', context };
}

/** @returns whether whoever the journey is for is not signed in any more, as they were when it began */
export async function isSignInOver(
  deps: Deps,
  { accountId, seenAt, sessionUid }: ProveIdentityContext,
): Promise<boolean> {
  const account = await readAccount(deps, accountId);
  if (account === undefined || new Date(seenAt) < account.signInsValidFrom) return true;
  return !(await isSessionLiving(deps, { uid: sessionUid, accountId }));
}
