import { readAccount } from '#accounts';
import type { House } from '#foundation/deps';
import { readOdsCode } from '#foundation/identifiers';
import { readPractice, type Practice } from '#gp-systems';
import { allowedEverywhere, readIdentity, type HighAllowed, type Locality } from '#identity';
import type { ProofingMethod, ProofingTools, ProofPerson } from './method.ts';
import { loadMethods } from './methods.ts';

/** The ways in which people can prove who they are here. */
export interface Proofing {
  readonly tools: ProofingTools;
  /** The quickest first. */
  readonly methods: readonly ProofingMethod[];
  /** Finds out what somebody can use. It asks other systems, and so must not be called within a transaction. */
  offersFor(house: House, accountId: string): Promise<Offers>;
}

export type Offers =
  /** Those that they can use, the quickest first; none, perhaps. */
  | { readonly outcome: 'offers'; readonly methods: readonly ProofingMethod[] }
  | Extract<HighAllowed, { outcome: 'too_young' }>
  /** It is not known whose record is theirs, or that they are proven is known already. */
  | { readonly outcome: 'not_at_p5' };

/** Opens the ways that the settings choose. @param parts.folders see {@link loadMethods} */
export async function openProofing(
  settings: Pick<House['settings'], 'mode' | 'proofingMethods'>,
  parts: ProofingTools & { readonly folders?: readonly string[] | undefined },
): Promise<Proofing> {
  const { folders, ...tools } = parts;
  const methods = await loadMethods(settings, folders);
  return {
    tools,
    methods,
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
  const offered = await Promise.all(methods.map((method) => isOffered(house, { method, tools, person })));
  return { outcome: 'offers', methods: methods.filter((_, index) => offered[index]) };
}

async function practiceOf({ deps }: House, code: string | undefined): Promise<Practice | undefined> {
  const odsCode = readOdsCode(code ?? '');
  return odsCode === undefined ? undefined : readPractice(deps, odsCode);
}

/** @returns where somebody is registered, with the board of the practice if anybody has told of it */
export function localityOf(code: string | undefined, practice: Practice | undefined): Locality {
  return { odsCode: readOdsCode(code ?? ''), icbCode: practice?.icbCode };
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
