import { readAccount } from '#accounts';
import type { Deps, House } from '#foundation/deps';
import { ageOn, dayInUk, readOdsCode, type OdsCode } from '#foundation/identifiers';
import { readPractice, type IdentityCheck } from '#gp-systems';
import {
  detailsOf,
  isCompetent,
  mostMinimumAge,
  phoneIsOn,
  readFastTrackBlock,
  readIdentity,
  type IdentityDetails,
  type Locality,
} from '#identity';
import { readPatient, type RegisterPatient } from '#pds';
import type { ProofingTools } from '../method.ts';
import { localityOf } from '../proofing.ts';

/** What somebody's proof rests on: their practice's check, found through a number that only they have. */
export interface PracticeCheck {
  readonly outcome: 'found';
  readonly nhsNumber: IdentityDetails['nhsNumber'];
  /** The login's mobile number, which the register has too. */
  readonly phone: string;
  readonly odsCode: OdsCode;
  readonly check: IdentityCheck;
  readonly registerVersion: string;
  /** When the register was read, in ISO 8601. */
  readonly registerReadAt: string;
  readonly localities: readonly Locality[];
}

export type JudgedFastTrack =
  | PracticeCheck
  /** Something that it needs is not so. */
  | { readonly outcome: 'not_found' }
  /** Somebody else's system could not be asked. */
  | { readonly outcome: 'unavailable' }
  /** The register has something against the account's being used at all. */
  | { readonly outcome: 'stopped' };

const notFound = { outcome: 'not_found' } as const;
/** So long each of the two systems may take: the person is waiting for a page. */
const withinMs = 4000;

/**
 * Finds out whether somebody can be proven by their practice's check: the national register has their login's mobile number, and
 * their practice has checked who they are and put online services on for them. Call it outside a transaction.
 */
export async function judgeFastTrack(
  house: House,
  { register, gpSystems }: ProofingTools,
  accountId: string,
): Promise<JudgedFastTrack> {
  const { deps } = house;
  const [account, identity] = await Promise.all([
    readAccount(deps, accountId),
    readIdentity(deps, accountId),
  ]);
  const phone = account?.phone ?? undefined;
  if (identity.level !== 'P5' || phone === undefined) return notFound;
  if (register === undefined || gpSystems === undefined) return notFound;
  const { nhsNumber } = identity.details;
  if ((await readFastTrackBlock(deps, nhsNumber)) !== undefined) return notFound;
  const registerReadAt = deps.clock.now().toISOString();
  const reading = await readPatient(register, nhsNumber, { withinMs });
  if (reading.outcome === 'unavailable') return reading;
  if (reading.outcome !== 'found' || !isStillThem(reading.patient, identity.details))
    return { outcome: 'stopped' };
  const { patient } = reading;
  if (patient.isRestricted || !phoneIsOn(patient, phone, { use: 'mobile' })) return notFound;
  const odsCode = readOdsCode(patient.gpOdsCode ?? '');
  if (odsCode === undefined || !(await isTheirOwnPhone(deps, identity.details, odsCode))) return notFound;
  const services = await gpSystems.onlineServicesOf({ odsCode, nhsNumber }, { withinMs });
  if (services.outcome === 'unavailable') return services;
  if (services.outcome !== 'registered' || !services.areOn || services.identityCheck === undefined)
    return notFound;
  return {
    outcome: 'found',
    nhsNumber,
    phone,
    odsCode,
    check: services.identityCheck,
    registerVersion: patient.version,
    registerReadAt,
    localities: await localitiesOf(deps, odsCode, identity.details),
  };
}

/**
 * A child's entry often has a parent's number, and the practice may have checked the parent. So a young person's counts only where
 * the practice has found them able to decide for themselves.
 */
async function isTheirOwnPhone(
  deps: Deps,
  { birthdate, nhsNumber }: IdentityDetails,
  odsCode: OdsCode,
): Promise<boolean> {
  const isGrown = ageOn(birthdate, dayInUk(deps.clock.now())) >= mostMinimumAge;
  return isGrown || isCompetent(deps, { nhsNumber, odsCode });
}

/** By the number and the date of birth that they were matched by; a name may be another by now. */
function isStillThem(patient: RegisterPatient, known: IdentityDetails): boolean {
  const details = detailsOf(patient);
  return (
    !patient.isDeceased && patient.nhsNumber === known.nhsNumber && details?.birthdate === known.birthdate
  );
}

/** The practice by now, and the one that was known before: the rules of both count. */
async function localitiesOf(
  deps: Deps,
  odsCode: OdsCode,
  { gpOdsCode }: IdentityDetails,
): Promise<Locality[]> {
  const known = readOdsCode(gpOdsCode ?? '');
  const codes = [...new Set([odsCode, known])].filter((code) => code !== undefined);
  return Promise.all(codes.map(async (code) => localityOf(code, await readPractice(deps, code))));
}
