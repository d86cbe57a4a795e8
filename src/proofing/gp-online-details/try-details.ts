import { setTimeout as wait } from 'node:timers/promises';
import { secondsAfter, startStopwatch } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { readOdsCode, type NhsNumber } from '#foundation/identifiers';
import { attemptFailed, attemptNotMade, type Limited } from '#foundation/security';
import { readPractice, type Connecting, type GpSystems, type RefusalReason } from '#gp-systems';
import {
  allowedEverywhere,
  readIdentity,
  recordDecision,
  type DecisionReason,
  type IdentityDetails,
  type Locality,
} from '#identity';
import {
  deleteHalfConnection,
  selectHalfConnection,
  selectUser,
  takeDetails,
  upsertHalfConnection,
} from '../details-store.ts';
import type { IssuedDetails } from '../issued-details.ts';
import { isIssuedTo, selectIssuedByKey, useIssued } from '../issued-store.ts';
import { detailsKeyOf, personKeyOf, typedKeyOf, type ThreeDetails } from '../keys.ts';
import { localityOf } from '../proofing.ts';
import type { DetailsRefusal } from './answers.ts';
import { countTry, detailsLimits } from './limits.ts';

/** What decisions name this way of proving who somebody is. */
export const method = 'gp-online-details';

/** Somebody's details have connected them to their online account. */
export interface Connected {
  readonly outcome: 'connected';
  readonly accountId: string;
  readonly nhsNumber: NhsNumber;
  readonly details: ThreeDetails;
  readonly detailsKey: string;
  readonly connectionToken: string | undefined;
  readonly localities: readonly Locality[];
  readonly limits: readonly Limited[];
  readonly evidence: Readonly<Record<string, unknown>>;
}

export type TriedDetails =
  | Connected
  | { readonly outcome: 'refused'; readonly refusal: DetailsRefusal }
  | { readonly outcome: 'locked'; readonly until: Date }
  /** The practice's system could not be asked; that doesn't count as a try. */
  | { readonly outcome: 'unavailable' }
  | { readonly outcome: 'known_already' | 'not_at_p5' };

interface Asked {
  readonly gpSystems: GpSystems;
  readonly accountId: string;
  readonly remoteAddress: string;
  readonly details: ThreeDetails;
}

/** Answers come at multiples of this time after the question, so that it says nothing about what was found. */
const answerStepMs = 800;
/** So long a connection is kept whose owner could not be named: then the practice issues new details. */
const halfLifetimeSeconds = 14 * 24 * 3600;

/**
 * Asks a practice's system whether registration details are those of the account's owner. Call it outside a transaction: it goes
 * over the network, and waits.
 *
 * The try is counted before it is made: by login, by the online account that is claimed, and by network address. Whatever is
 * wrong with the details, the answer and the time are the same.
 */
export async function tryDetails(house: House, asked: Asked): Promise<TriedDetails> {
  const passed = startStopwatch();
  const outcome = await tryCounted(house, asked);
  if (outcome.outcome === 'locked') return outcome;
  const steps = Math.max(1, Math.ceil(passed() / answerStepMs));
  await wait(steps * answerStepMs - passed());
  return outcome;
}

async function tryCounted(house: House, asked: Asked): Promise<TriedDetails> {
  const { deps } = house;
  const { accountId, details } = asked;
  const identity = await readIdentity(deps, accountId);
  if (identity.level === 'P9') return { outcome: 'known_already' };
  if (identity.level === 'P0' || identity.standing !== undefined) return { outcome: 'not_at_p5' };
  const all = detailsLimits({ ...asked, settings: deps.settings }, details);
  const limits = all.wrong;
  const counted = await countTry(deps, all);
  if (counted.outcome === 'locked') return counted;
  const attempt = { ...asked, limits, person: identity.details, detailsKey: detailsKeyOf(deps, details) };
  const found = await find(house, attempt).catch(async (error: unknown) => {
    await attemptNotMade(deps, limits);
    throw error;
  });
  switch (found.outcome) {
    case 'connected':
      return found;
    case 'unavailable':
      await attemptNotMade(deps, limits);
      return found;
    case 'failed': {
      await attemptNotMade(deps, limits);
      await writeDown(house, accountId, found.reason);
      return { outcome: 'refused', refusal: found.refusal };
    }
    case 'wrong': {
      const failed = await attemptFailed(deps, limits);
      const lockedUntil = failed.outcome === 'locked' ? failed.until.toISOString() : undefined;
      await writeDown(house, accountId, found.reason);
      return { outcome: 'refused', refusal: { ...found.refusal, ...(lockedUntil && { lockedUntil }) } };
    }
  }
}

function writeDown(house: House, accountId: string, reason: DecisionReason): Promise<void> {
  const level = { before: 'P5', after: 'P5' } as const;
  return house.transact((deps) =>
    recordDecision(deps, { accountId, method, outcome: 'refused', reasons: [reason], level }),
  );
}

interface Attempt extends Asked {
  readonly limits: readonly Limited[];
  readonly person: IdentityDetails;
  readonly detailsKey: string;
}

type Found =
  | Connected
  | { readonly outcome: 'unavailable' }
  /** `wrong` counts as a try; `failed` is not the fault of who tries. */
  | {
      readonly outcome: 'wrong' | 'failed';
      readonly refusal: DetailsRefusal;
      readonly reason: DecisionReason;
    };

function wrong(reason: DecisionReason, because: DetailsRefusal['reason'] = 'not_accepted'): Found {
  return { outcome: 'wrong', refusal: { reason: because }, reason };
}

async function find(house: House, attempt: Attempt): Promise<Found> {
  const { deps } = house;
  const { detailsKey, accountId, person } = attempt;
  const now = deps.clock.now();
  const [user, issued, localities, begun] = await Promise.all([
    selectUser(deps.db, detailsKey),
    selectIssuedByKey(deps, { detailsKey, now }),
    localitiesOf(deps, attempt),
    selectHalfConnection(deps, { accountId, detailsKey: typedKeyOf(deps, attempt.details), now }),
  ]);
  const { birthdate, nhsNumber } = person;
  const allowed = await allowedEverywhere(deps, { birthdate, nhsNumber, localities });
  if (allowed.outcome === 'too_young') {
    const { from, rule } = allowed;
    return { outcome: 'failed', refusal: { reason: 'too_young', from, rule }, reason: 'too_young' };
  }
  if (user !== undefined && user.accountId !== accountId) return wrong('gp_details_used', 'used');
  const unusable = await judgeIssued(deps, attempt, issued);
  if (unusable !== undefined) return unusable;
  const connecting = begun === undefined ? await connect(attempt) : await resume(attempt, begun);
  return judge(house, { ...attempt, localities, issued }, connecting);
}

/** Where they are registered, and where the details are from: the rules of both count. */
async function localitiesOf(deps: Deps, { person, details }: Attempt): Promise<Locality[]> {
  const registered = readOdsCode(person.gpOdsCode ?? '');
  const codes = [...new Set([registered, details.odsCode])].filter((code) => code !== undefined);
  return Promise.all(codes.map(async (code) => localityOf(code, await readPractice(deps, code))));
}

/** Details of which this platform knows that they can't be used are not shown to the practice's system: that would use them up. */
async function judgeIssued(
  deps: Deps,
  { detailsKey, person }: Attempt,
  issued: IssuedDetails | undefined,
): Promise<Found | undefined> {
  if (issued === undefined) return undefined;
  const personKey = personKeyOf(deps, person.nhsNumber);
  if (!(await isIssuedTo(deps.db, { detailsKey, personKey }))) return wrong('gp_details_of_another');
  if (issued.state === 'withdrawn') return wrong('gp_details_withdrawn');
  return issued.state === 'expired' ? wrong('gp_details_expired') : undefined;
}

function connect({ gpSystems, details, person }: Attempt): Promise<Connecting> {
  const { odsCode, gpUserId: accountId, gpLinkageKey: linkageKey } = details;
  const { familyName, birthdate } = person;
  return gpSystems.register({ odsCode, accountId, linkageKey, familyName, birthdate });
}

/** Asks whose a connection is that was made before. */
async function resume({ gpSystems, details }: Attempt, connectionToken: string): Promise<Connecting> {
  const { odsCode } = details;
  const verified = await gpSystems.verifyConnection({ odsCode, connectionToken });
  if (verified.outcome !== 'valid') return verified;
  return { outcome: 'connected', connectionToken, nhsNumbers: verified.nhsNumbers };
}

async function judge(
  house: House,
  attempt: Attempt & { readonly localities: readonly Locality[]; readonly issued: IssuedDetails | undefined },
  connecting: Connecting,
): Promise<Found> {
  const { deps } = house;
  const { accountId, person, details, localities, limits } = attempt;
  switch (connecting.outcome) {
    case 'connected': {
      const { connectionToken, nhsNumbers } = connecting;
      // All of them: the account of a parent, say, must not prove the child that it also shows, nor the other way round.
      if (nhsNumbers.length === 0 || nhsNumbers.some((number) => number !== person.nhsNumber)) {
        await useUp(house, attempt);
        return wrong('gp_details_of_another');
      }
      const { nhsNumber } = person;
      const evidence = await evidenceOf(attempt, deps.clock.now());
      return {
        outcome: 'connected',
        accountId,
        nhsNumber,
        details,
        detailsKey: attempt.detailsKey,
        connectionToken,
        localities,
        limits,
        evidence,
      };
    }
    case 'half_connected': {
      const keptUntil = secondsAfter(deps.clock.now(), halfLifetimeSeconds);
      const { connectionToken: token } = connecting;
      // What is kept of these details, should it come to that, is what is typed then: it has to be the same.
      const detailsKey = typedKeyOf(deps, details);
      await upsertHalfConnection(deps, { accountId, detailsKey, token, keptUntil });
      return { outcome: 'unavailable' };
    }
    case 'unavailable':
      return { outcome: 'unavailable' };
    case 'not_offered':
      return { outcome: 'failed', refusal: { reason: 'not_connected' }, reason: 'gp_details_refused' };
    case 'refused':
      return refusalOf(connecting.reason);
  }
}

/** The practice's system takes details once: these are of no use to anybody any more, and staff are to see that. */
function useUp(house: House, { detailsKey, accountId }: Attempt): Promise<void> {
  return house.transact(async ({ db, clock }) => {
    const now = clock.now();
    await takeDetails(db, { detailsKey, accountId, now });
    await useIssued(db, { detailsKey, now });
    await deleteHalfConnection(db, accountId);
  });
}

/** What a person is told of each reason. One that says more about an online account than that the details don't fit is told to nobody. */
function refusalOf(reason: RefusalReason): Found {
  switch (reason) {
    case 'too_young_or_not_competent':
      return wrong('gp_details_refused', 'not_competent');
    case 'unknown':
      return wrong('gp_details_refused', 'not_connected');
    case 'upstream_failure':
    case 'invalid_provider':
      return { outcome: 'failed', refusal: { reason: 'not_connected' }, reason: 'gp_details_refused' };
    case 'practice_not_enabled':
    case 'account_not_valid':
    case 'patient_not_found':
    case 'conflict':
    case 'invalid_details':
    case 'invalid_nhs_number':
    case 'invalid_account_id':
    case 'invalid_linkage_key':
    case 'no_key_yet':
      return wrong('gp_details_refused');
  }
}

const checkWithinMs = 3000;

/** What the decision rests on: the practice, and how it has checked who the person is, where that is known. */
async function evidenceOf(
  { gpSystems, details, person, issued }: Attempt & { readonly issued: IssuedDetails | undefined },
  now: Date,
): Promise<Readonly<Record<string, unknown>>> {
  const { odsCode } = details;
  const { nhsNumber } = person;
  const supplier = await gpSystems.supplierOf(odsCode);
  const known = { odsCode, supplier: supplier?.id, connectedAt: now.toISOString() };
  if (issued !== undefined) {
    const { way, documents, staffId, at } = issued.check;
    return { ...known, issuedHere: issued.id, check: { way, documents, staffId, on: at.toISOString() } };
  }
  const services = await gpSystems.onlineServicesOf({ odsCode, nhsNumber }, { withinMs: checkWithinMs });
  const check = services.outcome === 'registered' ? services.identityCheck : undefined;
  return check === undefined ? known : { ...known, check: { way: check.method, on: check.checkedOn } };
}
