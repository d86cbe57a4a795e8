import { readAccountWithFactors, type SecondFactor } from '#accounts';
import type { Deps } from '#foundation/deps';
import type { Outcome } from '#foundation/journey';
import { canCall } from '#messaging';
import type { RequestContext } from '../request.ts';
import {
  placeOf,
  secondOf,
  signInAgain,
  type SecondFactorPlan,
  type SecondWay,
  type SignInAnswers,
  type SignInVisit,
} from './answers.ts';

/**
 * Plans what somebody shows besides their password: what the request takes of that which they have. If it takes an app
 * alone and they have none, they show what they have all the same before they set one up: a password alone must not add
 * anything to an account that asks for more.
 */
export function planSecondFactor(
  deps: Pick<Deps, 'settings'>,
  has: readonly SecondFactor[],
  { secondFactors }: Pick<RequestContext, 'secondFactors'>,
): SecondFactorPlan {
  const all: SecondWay[] = [
    ...(has.includes('mobile') ? (['text'] as const) : []),
    ...(has.includes('landline') && canCall(deps.settings) ? (['call'] as const) : []),
    ...(has.includes('app') ? (['app'] as const) : []),
  ];
  const taken = all.filter((way) => secondFactors.includes(way === 'app' ? 'Ck' : 'Cd'));
  const isApp = secondFactors.includes('Ck') && !secondFactors.includes('Cd');
  if (has.length === 0) return { has: false, ways: [], addsApp: isApp };
  if (taken.length > 0 || !isApp) return { has: true, ways: taken };
  return { has: true, ways: all, addsApp: all.length > 0 };
}

/** @returns the plan for whoever is signed in already, and only has to show more */
export async function planForSession(
  deps: Pick<Deps, 'db' | 'settings'>,
  accountId: string,
  context: Pick<RequestContext, 'secondFactors'>,
): Promise<SecondFactorPlan | undefined> {
  const found = await readAccountWithFactors(deps, accountId);
  return found && planSecondFactor(deps, found.has, context);
}

/** What the page of one way shows of the others. */
export function otherWays({ answers, context }: SignInVisit, shown: SecondWay): readonly SecondWay[] {
  return secondOf(answers, context).ways.filter((way) => way !== shown);
}

/** Goes over to another way of showing a second factor, if the person has it. */
export function chooseWay({ answers, context }: SignInVisit, way: SecondWay): Outcome<SignInAnswers> {
  return secondOf(answers, context).ways.includes(way)
    ? { outcome: 'answered', answers: { ...answers, way, codeId: undefined } }
    : { outcome: 'stayed', answers };
}

/** Leads whoever can use nothing of what they have, and has just given the password, to getting access back. */
export function recoverAccess(visit: SignInVisit): Outcome<SignInAnswers> {
  const { accountId, provenAt } = visit.answers;
  if (accountId === undefined || provenAt === undefined) return signInAgain(visit);
  const context = { ...visit.context, accountId, provenAt, cameFrom: placeOf(visit) };
  return { outcome: 'moved', journey: 'recover', context };
}

/** The buttons of a page that asks for a second factor. */
export const wayActions = {
  text: (_deps: Deps, visit: SignInVisit) => Promise.resolve(chooseWay(visit, 'text')),
  call: (_deps: Deps, visit: SignInVisit) => Promise.resolve(chooseWay(visit, 'call')),
  app: (_deps: Deps, visit: SignInVisit) => Promise.resolve(chooseWay(visit, 'app')),
  lost: (_deps: Deps, visit: SignInVisit) => Promise.resolve(recoverAccess(visit)),
};
