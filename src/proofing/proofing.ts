import { readAccount } from '#accounts';
import type { House } from '#foundation/deps';
import { readOdsCode } from '#foundation/identifiers';
import type { Language } from '#foundation/web';
import { readPractice, type Practice } from '#gp-systems';
import { allowedEverywhere, readIdentity, type HighAllowed, type Locality } from '#identity';
import type { ProofingMethod, ProofingTools, ProofPerson, Standing } from './method.ts';
import { chooseMethods, loadMethods } from './methods.ts';

/** The ways in which people can prove who they are here. */
export interface Proofing {
  readonly tools: ProofingTools;
  /** The quickest first. */
  readonly methods: readonly ProofingMethod[];
  /** @returns what a way is called, also one that is switched off by now; undefined if there never was such a way */
  titleOf(method: string, language: Language): string | undefined;
  /** Finds out what somebody can use. It asks other systems, and so must not be called within a transaction. */
  offersFor(house: House, accountId: string): Promise<Offers>;
}

/** A way in which somebody has handed something in. */
export interface Begun {
  readonly id: string;
  readonly standing: Standing;
}

export type Offers =
  /** Those that they can use, the quickest first; none, perhaps. */
  | {
      readonly outcome: 'offers';
      readonly methods: readonly ProofingMethod[];
      /** That whose pages come first, as they have handed something in there; it may be none of those that they can use. */
      readonly begun?: Begun;
    }
  | Extract<HighAllowed, { outcome: 'too_young' }>
  /** It is not known whose record is theirs, or that they are proven is known already. */
  | { readonly outcome: 'not_at_p5' };

/** Opens the ways that the settings choose. @param parts.folders see {@link loadMethods} */
export async function openProofing(
  settings: Pick<House['settings'], 'mode' | 'proofingMethods'>,
  parts: ProofingTools & { readonly folders?: readonly string[] | undefined },
): Promise<Proofing> {
  const { folders, ...tools } = parts;
  const all = await loadMethods(folders);
  const methods = chooseMethods(settings, all);
  const words = new Map(all.map((method) => [method.id, method.words]));
  return {
    tools,
    methods,
    titleOf: (method, language) => words.get(method)?.[language].title,
    offersFor: (house, accountId) => findOffers(house, { tools, methods, accountId }),
  };
}

async function findOffers(
  house: House,
  { tools, methods, accountId }: Pick<Proofing, 'tools' | 'methods'> & { readonly accountId: string },
): Promise<Offers> {
  const { deps } = house;
  const [account, identity] = await Promise.all([
    readAccount(deps, accountId),
    readIdentity(deps, accountId),
  ]);
  if (account === undefined || identity.level !== 'P5') return { outcome: 'not_at_p5' };
  const { details } = identity;
  const practice = await practiceOf(house, details.gpOdsCode);
  const { birthdate, nhsNumber } = details;
  const localities = [localityOf(details.gpOdsCode, practice)];
  const allowed = await allowedEverywhere(deps, { birthdate, nhsNumber, localities });
  if (allowed.outcome === 'too_young') return allowed;
  const person: ProofPerson = { account, details, practice };
  const [offered, begun] = await Promise.all([
    Promise.all(methods.map((method) => isOffered(house, { method, tools, person }))),
    findBegun(house, { tools, methods, accountId }),
  ]);
  const usable = methods.filter((_, index) => offered[index]);
  return { outcome: 'offers', methods: usable, ...(begun === undefined ? {} : { begun }) };
}

/** Of several, that which is being checked comes first. */
async function findBegun(
  house: House,
  { tools, methods, accountId }: Pick<Proofing, 'tools' | 'methods'> & { readonly accountId: string },
): Promise<Begun | undefined> {
  const asked = await Promise.all(
    methods.map(async (method) => ({
      id: method.id,
      standing: await standingAt(house, { method, tools, accountId }),
    })),
  );
  const begun = asked.flatMap(({ id, standing }) => (standing === undefined ? [] : [{ id, standing }]));
  return begun.find(({ standing }) => standing === 'waiting') ?? begun[0];
}

async function practiceOf({ deps }: House, code: string | undefined): Promise<Practice | undefined> {
  const odsCode = readOdsCode(code ?? '');
  return odsCode === undefined ? undefined : readPractice(deps, odsCode);
}

/** @returns where somebody is registered, with the board of the practice if anybody has told of it */
export function localityOf(code: string | undefined, practice: Practice | undefined): Locality {
  return { odsCode: readOdsCode(code ?? ''), icbCode: practice?.icbCode };
}

async function standingAt(
  house: House,
  asked: { readonly method: ProofingMethod; readonly tools: ProofingTools; readonly accountId: string },
): Promise<Standing | undefined> {
  const { method, tools, accountId } = asked;
  try {
    return await method.standingOf?.(house, tools, accountId);
  } catch (error) {
    house.log.error({ err: error, method: method.id }, 'it could not be found out how a check stands');
    return undefined;
  }
}

/** A method that fails to find out is not offered; the others still are. */
async function isOffered(
  house: House,
  { method, tools, person }: { method: ProofingMethod; tools: ProofingTools; person: ProofPerson },
): Promise<boolean> {
  try {
    return await method.offeredWhen(house, tools, person);
  } catch (error) {
    house.log.error(
      { err: error, method: method.id },
      'it could not be found out whether a method can be used',
    );
    return false;
  }
}
