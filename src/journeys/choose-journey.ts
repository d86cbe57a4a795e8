import { identityLevels, matchVector, type AuthenticationFactor } from '#identity';
import type { SignInRequest } from '#openid';
import type { Offers } from '#proofing';
import type { RequestContext } from './request.ts';
import type { SecondFactorPlan } from './sign-in/answers.ts';

/** Chooses the journey that a request needs now. */
export function journeyFor(
  asked: SignInRequest,
  {
    remembered,
    canMatch,
    offers,
    second,
    now,
  }: {
    remembered: boolean;
    canMatch: boolean;
    offers: Offers | undefined;
    second: SecondFactorPlan | undefined;
    now: Date;
  },
): { journey: string; context: object } {
  const context: RequestContext = {
    uid: asked.uid,
    clientId: asked.clientId,
    clientName: asked.clientName,
    redirectOrigin: asked.redirectOrigin,
    nations: [...asked.nations],
    ...(asked.livesByRegister === undefined ? {} : { livesByRegister: asked.livesByRegister }),
    ...describeWays(asked),
    ...(asked.needsDeviceAnew ? { needsDeviceAnew: true } : {}),
    ...passwordIsEnough(asked),
    registrationAllowed: asked.registrationAllowed,
    ...(asked.clientHome === undefined ? {} : { clientHome: asked.clientHome }),
    ...(asked.loginHint === undefined ? {} : { emailHint: asked.loginHint }),
  };
  const { session } = asked;
  switch (asked.prompt) {
    case 'record': {
      const { standing } = asked;
      if (standing !== undefined) return { journey: 'account-problem', context: { ...context, standing } };
      return { journey: 'details-not-checked', context: { ...context, accountId: session?.accountId } };
    }
    case 'availability':
      return { journey: 'not-available', context };
    case 'identity':
      return journeyToProof(asked, { context, canMatch, offers, now });
    case 'consent': {
      const { scopes, newScopes, level, newItems, sharedItems, termsUri, privacyUri, directoryId } = asked;
      const links = { termsUri, privacyUri, directoryId };
      const shared = { scopes, newScopes, level, newItems, sharedItems, ...links };
      return { journey: 'share', context: { ...context, accountId: session?.accountId, ...shared } };
    }
    case 'login': {
      if (session !== undefined && !asked.mustAuthenticate) {
        return {
          journey: 'sign-in',
          context: { ...context, known: { ...session, seenAt: now.toISOString(), second } },
        };
      }
      const knowsUs = remembered || asked.loginHint !== undefined || !asked.registrationAllowed;
      return { journey: knowsUs ? 'sign-in' : 'welcome', context };
    }
  }
}

/** Chooses the journey that raises somebody's level, towards `asked.missingLevel`, or says that there is none. */
function journeyToProof(
  asked: SignInRequest,
  {
    context,
    canMatch,
    offers,
    now,
  }: { context: RequestContext; canMatch: boolean; offers: Offers | undefined; now: Date },
): { journey: string; context: object } {
  const level = asked.missingLevel ?? 'P9';
  const { session } = asked;
  const notProvable = { journey: 'not-proven', context: { ...context, level, reached: asked.level } };
  if (session === undefined) return notProvable;
  const { accountId, uid: sessionUid } = session;
  const person = { accountId, sessionUid, seenAt: now.toISOString() };
  if (canMatch && asked.level === 'P0')
    return { journey: 'prove-identity', context: { ...context, ...person, level } };
  if (offers?.outcome === 'too_young') {
    const { from, rule } = offers;
    return {
      journey: 'ways-to-prove',
      context: { ...context, ...person, offered: [], tooYoung: { from, rule } },
    };
  }
  if (offers?.outcome === 'offers' && (offers.methods.length > 0 || offers.begun !== undefined)) {
    const { methods, begun } = offers;
    const offered = methods.map(({ id }) => id);
    const found = { offered, ...(begun === undefined ? {} : { begun }) };
    return { journey: 'ways-to-prove', context: { ...context, ...person, ...found } };
  }
  return notProvable;
}

/** What a request takes with a password, and whether a passkey does instead. */
function describeWays({
  ways,
}: SignInRequest): Pick<RequestContext, 'needsPassword' | 'needsSecond' | 'secondFactors' | 'passkey'> {
  const withPassword = ways.find((way) => !way.includes('Cm'));
  const takesPasskey = ways.some((way) => way.includes('Cm'));
  return {
    needsPassword: withPassword?.includes('Cp') ?? false,
    needsSecond: secondFactorsOf(withPassword ?? []).length > 0,
    ...takenWithPassword(ways),
    ...(takesPasskey ? { passkey: withPassword === undefined ? 'needed' : 'enough' } : {}),
  };
}

/** Which second factors the request takes. */
export function takenWithPassword(ways: SignInRequest['ways']): Pick<RequestContext, 'secondFactors'> {
  return { secondFactors: secondFactorsOf(ways.filter((way) => !way.includes('Cm')).flat()) };
}

function secondFactorsOf(factors: readonly AuthenticationFactor[]) {
  return (['Cd', 'Ck'] as const).filter((factor) => factors.includes(factor));
}

/** Where somebody known better needs to show less, it depends on who they are whether a code is asked for. */
function passwordIsEnough({ missing, vectors }: SignInRequest): Pick<RequestContext, 'passwordIsEnoughAt'> {
  if (secondFactorsOf(missing).length === 0) return {};
  const factors = new Set(['Cp'] as const);
  const levels = identityLevels.filter((level) => matchVector(vectors, { level, factors }) !== undefined);
  return levels.length === 0 ? {} : { passwordIsEnoughAt: levels };
}
