import { checkPassword, findAccountId, recordSignIn } from '#accounts';
import { refuse } from '#consent';
import type { House } from '#foundation/deps';
import { levelOf, type AuthenticationFactor, type IdentityLevel } from '#identity';
import {
  finishConsent,
  finishSignIn,
  readSignInRequest,
  refuseRequest,
  requestWaitingAt,
  type SignInRequest,
} from '#openid';
import type { Register } from '#pds';
import type { FastifyInstance } from 'fastify';
import { openHeadlessBrowser, withoutQuery } from './browser.ts';
import { inTurn, type Queues } from './in-turn.ts';
import { proveDevice, type DeviceHindrance, type RememberedDevices } from './prove-device.ts';
import type { Scanned } from '../cases/draw-specimens.ts';
import type { PhotoChecks, WantedCheck } from '../cases/photo-checks.ts';
import type { WrittenDetails } from '../personas/persona.ts';
import {
  prove,
  proveByFaceScan,
  proveByPhotoId,
  stepUp,
  type Proof,
  type SaidOfThemselves,
  type StepUp,
} from './step-up.ts';

export type HeadlessFactor = 'Cp' | 'Cd';

/** What somebody types to sign in. */
export interface HeadlessPerson {
  readonly email: string;
  readonly password: string;
}

/** Who signs in to what, and how. */
export interface HeadlessSignIn {
  readonly authorizeUrl: string;
  readonly person: HeadlessPerson;
  /** What the person does; as much as the request needs when left out. */
  readonly authentication?: readonly HeadlessFactor[] | undefined;
  /** Whether the person agrees to share, if asked. */
  readonly consent: boolean;
  /** What they say of themselves when their details are to be matched; left out when they don't try. */
  readonly says?: SaidOfThemselves | undefined;
  /** What they do to prove who they are: with these details, if they have some; null when they don’t try. */
  readonly gp?: WrittenDetails | null | undefined;
  /** They send photo ID and a video, and this comes of it; left out when they do not. */
  readonly photoId?: WantedCheck | undefined;
  /** They scan a face, and this is before the camera; left out when they do not. */
  readonly faceScan?: Scanned | undefined;
}

/** Why a person could not go on, as their pages would have told them. */
export type Hindrance =
  | 'no_account'
  | 'password_locked'
  | 'password_changed'
  | DeviceHindrance
  | 'authentication_insufficient'
  | 'match_locked'
  | 'register_unavailable'
  | 'details_locked'
  | 'gp_system_unavailable'
  | 'photo_id_not_possible'
  | 'face_scan_not_possible';

export type HeadlessOutcome =
  | { readonly outcome: 'redirected'; readonly location: string }
  /** The request was answered with an error instead of a redirect. */
  | { readonly outcome: 'answered'; readonly status: number; readonly body: string }
  | { readonly outcome: 'stopped'; readonly because: Hindrance };

export interface HeadlessDeps {
  readonly app: FastifyInstance;
  readonly house: House;
  /** The way to the national register. */
  readonly register: Register | undefined;
  /** The ways in which people prove who they are, with those that somebody else checks. */
  readonly photoChecks: PhotoChecks;
  readonly devices: RememberedDevices;
  readonly queues: Queues;
}

type Step = { readonly address: string } | { readonly because: Hindrance };

const loopback = '127.0.0.1';
/** Sign in, a missing factor, consent; anything beyond is a circle. */
const mostPrompts = 5;

/**
 * Signs somebody in as a browser would, without reading pages: the requests go through the product's own addresses,
 * and the password, the code and the consent through the same doors that the pages open.
 */
export async function signInHeadless(deps: HeadlessDeps, asked: HeadlessSignIn): Promise<HeadlessOutcome> {
  const redirectUri = new URL(asked.authorizeUrl).searchParams.get('redirect_uri') ?? '';
  const browser = openHeadlessBrowser(deps, {
    leavesTo: URL.canParse(redirectUri) ? withoutQuery(new URL(redirectUri)) : undefined,
    stopsAt: (address) => requestWaitingAt(address) !== undefined,
  });
  let address = asked.authorizeUrl;
  for (let prompts = 0; prompts < mostPrompts; prompts += 1) {
    const arrival = await browser.go(address);
    if (arrival.at === 'elsewhere') return { outcome: 'redirected', location: arrival.location };
    if (arrival.at === 'answer') return { outcome: 'answered', status: arrival.status, body: arrival.body };
    const request = await readSignInRequest(deps.house.deps, requestWaitingAt(arrival.address) ?? '');
    if (request === undefined) return { outcome: 'answered', status: 400, body: '' };
    const step = await answerPrompt(deps, asked, request);
    if ('because' in step) return { outcome: 'stopped', because: step.because };
    address = step.address;
  }
  return { outcome: 'stopped', because: 'authentication_insufficient' };
}

function answerPrompt(deps: HeadlessDeps, asked: HeadlessSignIn, request: SignInRequest): Promise<Step> {
  switch (request.prompt) {
    case 'login':
      return authenticate(deps, asked, request);
    case 'consent':
      return answerConsent(deps, asked, request);
    case 'record':
      return request.standing === undefined
        ? goBack(deps, request, 'DetailsNotChecked', 'temporarily_unavailable')
        : goBack(deps, request, 'AccountDisabled');
    case 'availability':
      return goBack(deps, request, 'NotAvailableInNation');
    case 'identity':
      return reachLevel(deps, asked, request);
  }
}

/** Goes up as far as what they say of themselves and their practice lead; back to the service if that is not far enough. */
async function reachLevel(deps: HeadlessDeps, asked: HeadlessSignIn, request: SignInRequest): Promise<Step> {
  const { uid, session, missingLevel } = request;
  if (session === undefined) return goBack(deps, request, 'IdentityLevelNotReached');
  const { accountId } = session;
  const reached = await goUp(deps, asked, { accountId, missingLevel });
  switch (reached.outcome) {
    case 'reached':
      return deps.house.transact((inside) => finishSignIn(inside, { uid, accountId, factors: [] }));
    case 'not_reached':
      return goBack(deps, request, 'IdentityLevelNotReached');
    case 'hindered':
      return { because: reached.because };
  }
}

async function goUp(
  deps: HeadlessDeps,
  { says, gp, photoId, faceScan }: HeadlessSignIn,
  {
    accountId,
    missingLevel,
  }: { readonly accountId: string; readonly missingLevel: IdentityLevel | undefined },
): Promise<StepUp | Proof> {
  const remoteAddress = loopback;
  if ((await levelOf(deps.house.deps, accountId)) === 'P0') {
    if (says === undefined) return { outcome: 'not_reached' };
    const matched = await stepUp(deps, { accountId, says, remoteAddress });
    if (matched.outcome !== 'reached') return matched;
  }
  if (missingLevel !== 'P9') return { outcome: 'reached' };
  if (faceScan !== undefined) return proveByFaceScan(deps, { accountId, who: faceScan });
  if (photoId !== undefined) return proveByPhotoId(deps, { accountId, came: photoId });
  return gp === null ? { outcome: 'not_reached' } : prove(deps, { accountId, remoteAddress, details: gp });
}

/** Goes back to the service by the button of a page that leads no further. */
function goBack(
  { house }: HeadlessDeps,
  { uid }: SignInRequest,
  description: string,
  error: 'access_denied' | 'temporarily_unavailable' = 'access_denied',
): Promise<Step> {
  return house.transact((inside) => refuseRequest(inside, { uid, error, description }));
}

async function authenticate(
  deps: HeadlessDeps,
  asked: HeadlessSignIn,
  request: SignInRequest,
): Promise<Step> {
  const factors = new Set<AuthenticationFactor>(asked.authentication ?? ['Cp', ...request.missing]);
  // Nobody here has a device that keeps a passkey.
  const isBeyond = factors.has('Cm') || request.missing.some((factor) => !factors.has(factor));
  if (!factors.has('Cp') || isBeyond) {
    return { because: 'authentication_insufficient' };
  }
  const { person } = asked;
  if ((await findAccountId(deps.house.deps, person.email)) === undefined) return { because: 'no_account' };
  const name = person.email.toLowerCase();
  return inTurn(deps.queues, name, () => enterCredentials(deps, { person, request, factors }));
}

interface Credentials {
  readonly person: HeadlessPerson;
  readonly request: SignInRequest;
  readonly factors: ReadonlySet<AuthenticationFactor>;
}

async function enterCredentials(
  deps: HeadlessDeps,
  { person, request, factors }: Credentials,
): Promise<Step> {
  const { house } = deps;
  const provenAt = house.clock.now();
  const attempt = { ...person, remoteAddress: loopback };
  const checked = await checkPassword(house, attempt);
  if (checked.outcome === 'locked') return { because: 'password_locked' };
  if (checked.outcome === 'no_match') return { because: 'password_changed' };
  const { accountId } = checked;
  const hindrance = factors.has('Cd') ? await proveDevice(deps, request, accountId) : undefined;
  if (hindrance !== undefined) return { because: hindrance };
  return house.transact(async (inside): Promise<Step> => {
    const { clientId } = request;
    const recorded = await recordSignIn(inside, { accountId, clientId, provenAt });
    if (recorded.outcome === 'ended') return { because: 'password_changed' };
    return finishSignIn(inside, { uid: request.uid, accountId, factors: [...factors] });
  });
}

function answerConsent(deps: HeadlessDeps, asked: HeadlessSignIn, request: SignInRequest): Promise<Step> {
  const { uid, clientId, session } = request;
  if (session === undefined) return Promise.resolve({ because: 'authentication_insufficient' });
  const { accountId } = session;
  return deps.house.transact(async (inside) => {
    if (!asked.consent) {
      await refuse(inside, { accountId, clientId, scopes: request.scopes });
      return refuseRequest(inside, { uid, error: 'access_denied', description: 'ConsentNotGiven' });
    }
    const { scopes, level } = request;
    return finishConsent(inside, { uid, accountId, scopes, level });
  });
}
