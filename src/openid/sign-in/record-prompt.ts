import { describeAsking } from '#consent';
import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { latestReading, matchVector, recheckIdentity, recheckLater, type KnownIdentity } from '#identity';
import type { Register } from '#pds';
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { rulesOf } from '../engine/client-metadata.ts';
import type { EngineTime } from '../engine/engine-time.ts';
import { factorsOf } from './factors.ts';
import { personOf } from './person.ts';
import { readVectors } from './request-rules.ts';

const { Check, Prompt } = interactionPolicy;

/** So long after it was read for a sign-in the register is not asked again in the same session. */
const believedSeconds = 3600;

interface RecordParts {
  readonly house: House;
  readonly time: EngineTime;
  readonly register: Register | undefined;
}

/** What is found about the person's record: the account can't be used; or it can't be told, and the request needs it. */
type Found = 'fine' | 'unusable' | 'unread';

/**
 * Before anything is answered about somebody who is known at P5 or above, the national register is read again: once in
 * every sign-in, and in a long session every hour. While it can't be, what it said last is believed for a time.
 */
export function createRecordPrompt(parts: RecordParts): interactionPolicy.Prompt {
  const lookups = new WeakMap<object, Promise<Found>>();
  // Both checks of a request go by the same look.
  const look = (ctx: KoaContextWithOIDC): Promise<Found> => {
    const known = lookups.get(ctx.oidc) ?? lookAtRecord(parts, ctx);
    lookups.set(ctx.oidc, known);
    return known;
  };
  const unusable = new Check(
    'record_unusable',
    'the person has to be told something about their account',
    'interaction_required',
    async (ctx) => (await look(ctx)) === 'unusable',
  );
  const unread = new Check(
    'record_unread',
    'the details of the person cannot be checked at the moment',
    'temporarily_unavailable',
    async (ctx) => (await look(ctx)) === 'unread',
  );
  return new Prompt({ name: 'record' }, unusable, unread);
}

async function lookAtRecord(parts: RecordParts, ctx: KoaContextWithOIDC): Promise<Found> {
  const { house, register } = parts;
  const person = personOf(ctx);
  if (person === undefined || person.sharing.identity.level === 'P0') return 'fine';
  const { identity: known } = person.sharing;
  const standsSoFar = known.standing === undefined ? 'fine' : 'unusable';
  if (register === undefined || !isDue(parts, ctx, known)) return standsSoFar;
  const { accountId } = person;
  const withinMs = house.settings.registerSignInTimeoutMs;
  const recheck = await recheckIdentity(house, { register, accountId, known, withinMs });
  if (recheck.outcome === 'read') {
    const { identity } = recheck;
    person.learn(identity);
    return identity.standing === undefined ? 'fine' : 'unusable';
  }
  await recheckLater(house.deps, accountId);
  if (standsSoFar === 'unusable' || isFresh(house, known)) return standsSoFar;
  if (needsRecord(ctx)) return 'unread';
  person.learn({ level: 'P0' });
  return 'fine';
}

function isDue({ house, time }: RecordParts, ctx: KoaContextWithOIDC, { checkedAt }: KnownIdentity): boolean {
  const { loginTs = 0 } = ctx.oidc.session ?? {};
  const signedInAt = Math.round(time.toHouse(loginTs) * 1000);
  const now = house.clock.now();
  if (checkedAt.getTime() < signedInAt || checkedAt > latestReading(now)) return true;
  return secondsAfter(checkedAt, believedSeconds) < now;
}

function isFresh({ settings, clock }: House, { checkedAt }: KnownIdentity): boolean {
  return secondsAfter(checkedAt, settings.registerFreshnessHours * 3600) >= clock.now();
}

/**
 * Whether a request is about more than that somebody has an account: it can't be met at the lowest level, or its scopes
 * stand for more at the person's. Whatever else they are known by, it can be answered without the register's word.
 */
function needsRecord(ctx: KoaContextWithOIDC): boolean {
  const { client, session, params, requestParamOIDCScopes } = ctx.oidc;
  const person = personOf(ctx);
  if (client === undefined || person === undefined) return true;
  const { im1Enabled } = rulesOf(client);
  const vectors = readVectors(params ?? {}, rulesOf(client));
  const factors = new Set(factorsOf(session?.amr));
  if (matchVector(vectors, { level: 'P0', factors }) === undefined) return true;
  const asked = { scopes: [...requestParamOIDCScopes], im1Enabled };
  const itemsAt = (level: 'P0' | KnownIdentity['level']) =>
    describeAsking(undefined, { ...asked, level }).newItems.length;
  return itemsAt(person.sharing.identity.level) > itemsAt('P0');
}
