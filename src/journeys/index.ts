import {
  checkUafResponse,
  isLoginLocked,
  noteSecondFactor,
  recordSignIn,
  type PasswordPolicy,
} from '#accounts';
import type { Deps } from '#foundation/deps';
import type { Web } from '#foundation/http';
import { createJourneys, type JourneyDefinition, type Journeys } from '#foundation/journey';
import {
  finishSignIn,
  type BrowserSessions,
  type Arrival,
  type BeginRequest,
  type SignInRequest,
  type WaitingRequests,
} from '#openid';
import type { Register } from '#pds';
import type { Offers, Proofing } from '#proofing';
import { journeyFor, takenWithPassword } from './choose-journey.ts';
import { deviceCookie } from './device-cookie.ts';
import { enter } from './enter/index.ts';
import { forgottenPassword } from './recover-account/forgotten-password.ts';
import { mountPasswordReset } from './recover-account/reset-link.ts';
import { choosePassword } from './recover-account/reset-password.ts';
import { recover } from './recover/index.ts';
import { mountStopChange, stopChange } from './recover/stop-change.ts';
import { proveIdentity } from './prove-identity/index.ts';
import { enterWithCode, mountOnYourPhone, onPhone } from './on-your-phone/index.ts';
import { keepEmail, mountKeepEmail } from './settings/email/keep/journey.ts';
import { mountSettings } from './settings/index.ts';
import { settingsParts } from './settings/parts.ts';
import { shareInformation } from './share-information/index.ts';
import type { SecondFactorPlan } from './sign-in/answers.ts';
import { signIn } from './sign-in/index.ts';
import { planForSession } from './sign-in/second-factor.ts';
import { mountSignOut } from './sign-out/index.ts';
import { signUp } from './sign-up/index.ts';
import { forEachStop } from './stops.ts';
import { waysToProve } from './ways-to-prove/index.ts';

/** What the journeys need besides the house. */
interface JourneyParts {
  readonly passwordPolicy: PasswordPolicy;
  /** The way to the national register; without it nobody can be matched to their entry. */
  readonly register: Register | undefined;
  /** Who is signed in; without it nothing is changed in the register. */
  readonly sessions?: BrowserSessions | undefined;
  /** The ways in which people can prove who they are, beyond a match with the register. */
  readonly proofing: Proofing | undefined;
}

/** Hands each journey to `visit`, whatever the types of its answers. */
export function forEachJourney(
  parts: JourneyParts,
  visit: <A, C>(journey: JourneyDefinition<A, C>) => void,
): void {
  visit(enter);
  visit(signIn);
  visit(signUp(parts));
  visit(shareInformation);
  forEachStop(visit);
  visit(proveIdentity(parts));
  if (parts.proofing !== undefined) {
    visit(waysToProve(parts.proofing));
    visit(enterWithCode);
    visit(onPhone(parts.proofing));
  }
  visit(forgottenPassword);
  visit(recover);
  visit(stopChange);
  visit(choosePassword(parts));
  visit(keepEmail);
  for (const { leadsTo } of settingsParts(parts))
    if (leadsTo !== undefined && 'visit' in leadsTo) leadsTo.visit(visit);
}

/** Mounts every page that patients see. */
export function journeysRoutes(
  web: Web,
  parts: JourneyParts & { readonly sessions: BrowserSessions; readonly requests: WaitingRequests },
): void {
  const journeys = createJourneys(web);
  forEachJourney(parts, journeys.mount);
  const { requests } = parts;
  const begin: BeginRequest = (asked, at, deps = web.house.deps) =>
    beginFor(web, { journeys, ...parts, deps }, asked, at);
  requests.beginAtOnceWith(begin);
  web.app.get(requests.route, { exposeHeadRoute: false }, async (request, reply) => {
    const asked = await requests.find({ request, reply });
    const address = asked === undefined ? undefined : await begin(asked, { request, reply });
    return address === undefined
      ? web.problems.send(request, reply, 'start-again', { reference: 'CID1004' })
      : reply.redirect(address, 303);
  });
  mountPasswordReset(web, journeys);
  if (parts.proofing !== undefined) mountOnYourPhone(web, journeys);
  mountKeepEmail(web, journeys);
  mountSettings(web, { sessions: parts.sessions, journeys, parts: settingsParts(parts) });
  mountStopChange(web, journeys);
  mountSignOut(web, parts.sessions);
}

/** Those that make it known who somebody is. */
const knowingJourneys: readonly string[] = ['prove-identity', 'ways-to-prove'];

type EntryParts = Pick<JourneyParts, 'register' | 'proofing'> & {
  readonly journeys: Journeys;
  readonly sessions: BrowserSessions;
};

/** Begins what a request has to wait for, in the browser that made it. @returns undefined if that browser may not */
async function beginFor(
  web: Web,
  { journeys, sessions, register, proofing, deps: inside }: EntryParts & { readonly deps: Deps },
  asked: SignInRequest,
  arrival: Arrival,
): Promise<string | undefined> {
  const { request, reply } = arrival;
  const visitor = web.visitors.ensure(request, reply);
  const remembered = web.visitors.readCookie(request, deviceCookie) !== undefined;
  const { deps } = web.house;
  if (asked.language !== undefined) web.visitors.suggestLanguage(reply, asked.language);
  const byApp = await signInWithApp(web, asked);
  if (byApp.outcome === 'signed_in') return byApp.address;
  const { journey: asEver, context } = journeyFor(asked, {
    remembered,
    canMatch: register !== undefined,
    offers: await findOffers(web, proofing, asked),
    second: await planForWhoIsKnown(deps, asked),
    now: deps.clock.now(),
  });
  const journey = byApp.outcome === 'locked' ? 'locked-login' : asEver;
  // Its pages make somebody known as they go: for whoever is signed in here, not for who sent the address to them.
  if (knowingJourneys.includes(journey) && !(await sessions.isSignedIn(arrival, asked.session?.accountId)))
    return undefined;
  return journeys.start(inside, { journey, visitor, context });
}

type SignedInByApp =
  | { readonly outcome: 'signed_in'; readonly address: string }
  | { readonly outcome: 'locked' | 'not_so' };

/** What whoever is signed in, and has to show more, is asked for. */
async function planForWhoIsKnown(
  deps: Pick<Deps, 'db' | 'settings'>,
  { prompt, session, ways }: SignInRequest,
): Promise<SecondFactorPlan | undefined> {
  if (prompt !== 'login' || session === undefined) return undefined;
  return planForSession(deps, session.accountId, takenWithPassword(ways));
}

/**
 * Signs in whoever an app says it is, by the key that it keeps for them. Who can't be signed in so is asked as ever; the owner of a login
 * that is locked reads that it is.
 */
function signInWithApp(
  { house }: Web,
  { prompt, uid, clientId, fido }: SignInRequest,
): Promise<SignedInByApp> {
  if (prompt !== 'login' || fido === undefined) return Promise.resolve({ outcome: 'not_so' });
  return house.transact(async (deps) => {
    const provenAt = deps.clock.now();
    const checked = await checkUafResponse(deps, { ...fido, clientId });
    if (checked.outcome !== 'match') {
      deps.log.info({ clientId, outcome: checked.outcome }, 'the response of an app was not accepted');
      return { outcome: checked.outcome === 'locked' ? 'locked' : 'not_so' };
    }
    const { accountId } = checked;
    const recorded = await recordSignIn(deps, { accountId, clientId, provenAt });
    if (recorded.outcome === 'ended')
      return { outcome: (await isLoginLocked(deps, accountId)) ? 'locked' : 'not_so' };
    // The key is on the phone, so that is not lost.
    await noteSecondFactor(deps, { accountId, withPassword: false });
    const { address } = await finishSignIn(deps, { uid, accountId, factors: ['Cm'], byAppOf: clientId });
    return { outcome: 'signed_in', address };
  });
}

/** Finds out what somebody at P5 can use who has to be proven; nothing for everybody else. */
async function findOffers(
  { house }: Web,
  proofing: Proofing | undefined,
  { prompt, level, session }: SignInRequest,
): Promise<Offers | undefined> {
  if (prompt !== 'identity' || level !== 'P5' || session === undefined) return undefined;
  return proofing?.offersFor(house, session.accountId);
}
