import type { Deps } from '#foundation/deps';
import { readOdsCode, type NhsNumber, type OdsCode } from '#foundation/identifiers';
import {
  changeSupplier,
  clearSimulatedGpPatients,
  hasSimulatedGpAccount,
  hasSimulatedGpPatient,
  loadSupplierPlugs,
  openPractice,
  putSimulatedGpPatient,
} from '#gp-systems';
import { blockFastTrack, setMinimumAge, unblockFastTrack } from '#identity';
import { releaseDetails } from '#proofing';
import type { Persona, WrittenDetails } from './personas/persona.ts';

/** Who has decided, where a practice's staff would have. */
const staffId = 'sandbox';

/** @returns the code of a practice that is written in the code. @throws {Error} if it is none */
function odsCodeOf(text: string): OdsCode {
  const code = readOdsCode(text);
  if (code === undefined) throw new Error(`${text} is not an ODS code`);
  return code;
}

/** A made-up practice. */
interface SandboxPractice {
  readonly odsCode: OdsCode;
  readonly name: string;
  readonly addressLines: readonly string[];
  readonly phone: string;
  /** Which of the suppliers it has: of those that issue details, in order and again from the first; or one that does not. */
  readonly supplier: number | 'without-details';
  /** From which age its patients can be proven, if it has a rule of its own. */
  readonly minimumAge?: number;
}

const practices: readonly SandboxPractice[] = [
  {
    odsCode: odsCodeOf('Z99001'),
    name: 'Beech Lane Surgery',
    addressLines: ['1 Beech Lane', 'Leeds', 'LS1 4AP'],
    phone: '0113 496 0001',
    supplier: 0,
  },
  {
    odsCode: odsCodeOf('Z99002'),
    name: 'Harbour View Practice',
    addressLines: ['14 Quay Street', 'Bristol', 'BS1 4RN'],
    phone: '0117 496 0002',
    supplier: 1,
  },
  {
    odsCode: odsCodeOf('Z99003'),
    name: 'Millstone Medical Centre',
    addressLines: ['The Old Mill', 'Sheffield', 'S1 2HE'],
    phone: '0114 496 0003',
    supplier: 2,
  },
  {
    odsCode: odsCodeOf('Z99004'),
    name: 'Station Road Surgery',
    addressLines: ['50 Station Road', 'Reading', 'RG1 1LZ'],
    phone: '0118 496 0004',
    supplier: 'without-details',
  },
  {
    odsCode: odsCodeOf('Z99005'),
    name: 'Orchard House Practice',
    addressLines: ['3 Orchard Way', 'Leicester', 'LE1 6TP'],
    phone: '0116 496 0005',
    supplier: 0,
    minimumAge: 16,
  },
];

/** The codes of the made-up practices. */
export const practiceCodes: readonly OdsCode[] = practices.map(({ odsCode }) => odsCode);

type PracticeDeps = Pick<Deps, 'db' | 'clock' | 'audit'>;

/**
 * Opens the made-up practices, in a transaction. Those that are open already stay as they are.
 *
 * @param change.isReset gives those back the GP system and the rule that they had at first
 */
export async function openPractices(deps: PracticeDeps, change: { isReset: boolean }): Promise<void> {
  const plugs = await loadSupplierPlugs();
  const issuing = plugs.filter(({ differences }) => differences.hasLinkageKey);
  const others = plugs.filter(({ differences }) => !differences.hasLinkageKey);
  for (const { supplier, minimumAge, ...practice } of practices) {
    const chosen =
      supplier === 'without-details' ? (others[0] ?? issuing[0]) : issuing[supplier % issuing.length];
    if (chosen === undefined) return;
    const { odsCode } = practice;
    const opened = await openPractice(deps, { ...practice, supplierId: chosen.id });
    if (opened.outcome === 'known') {
      if (!change.isReset) continue;
      await changeSupplier(deps, { odsCode, supplierId: chosen.id });
    }
    if (opened.outcome === 'opened' ? minimumAge !== undefined : true)
      await setMinimumAge(deps, { odsCode, years: minimumAge, staffId });
  }
}

/** Lets the practices know nobody. */
export function clearPractices(deps: Pick<Deps, 'db'>): Promise<void> {
  return clearSimulatedGpPatients(deps);
}

type PatientDeps = Pick<Deps, 'db' | 'clock' | 'audit' | 'secrets' | 'settings'>;

/** Lets the practices know a persona as their story says, in a transaction; of somebody who is known there already, nothing changes. */
export async function seedAtPractices(deps: PatientDeps, persona: Persona): Promise<void> {
  for (const { nhsNumber } of persona.register ?? [])
    if (await hasSimulatedGpPatient(deps, nhsNumber)) return;
  await putAtPractices(deps, persona);
}

/** The same, whatever they knew of the persona before. */
export async function putAtPractices(
  deps: PatientDeps,
  { register = [], gp, account: login }: Persona,
): Promise<void> {
  // What has proven a persona before their story begins stays used.
  const usedKey = login?.identity?.gpCredentials?.gpLinkageKey;
  for (const { userId, linkageKey, odsCode } of gp?.accounts ?? []) {
    if (linkageKey === usedKey) continue;
    await releaseDetails(deps, {
      odsCode: odsCodeOf(odsCode),
      gpUserId: userId,
      gpLinkageKey: linkageKey,
    });
  }
  for (const [index, entry] of register.entries()) {
    const odsCode = readOdsCode(entry.gpOdsCode ?? '');
    const { nhsNumber, familyName, birthdate } = entry;
    const isTheirs = index === 0;
    await putSimulatedGpPatient(deps, {
      nhsNumber,
      at:
        odsCode === undefined || birthdate === undefined
          ? []
          : [{ odsCode, familyName, birthdate, ...(isTheirs ? checked(gp) : {}) }],
      accounts: (isTheirs ? (gp?.accounts ?? []) : []).map((account) => ({
        ...detailsOf(account),
        state: account.state,
      })),
    });
    if (isTheirs && odsCode !== undefined) await putBlock(deps, { nhsNumber, odsCode, gp });
  }
}

/** Tells whether somebody has the registration details already. */
export function areDetailsTaken(
  deps: Pick<Deps, 'db'>,
  { userId, odsCode }: WrittenDetails,
): Promise<boolean> {
  const code = readOdsCode(odsCode);
  return code === undefined
    ? Promise.resolve(false)
    : hasSimulatedGpAccount(deps, { odsCode: code, accountId: userId });
}

/** Lets a practice know somebody of one's own, in a transaction. @param patient.details those that it has issued for them */
export async function putPatient(
  deps: PatientDeps,
  patient: {
    readonly nhsNumber: NhsNumber;
    readonly familyName: string;
    readonly birthdate: string;
    readonly odsCode: string;
    readonly details?: WrittenDetails | undefined;
  },
): Promise<void> {
  const { details, nhsNumber, familyName, birthdate } = patient;
  const odsCode = readOdsCode(patient.odsCode);
  if (odsCode === undefined) return;
  await putSimulatedGpPatient(deps, {
    nhsNumber,
    at: [{ odsCode, familyName, birthdate }],
    accounts:
      details === undefined
        ? []
        : [{ odsCode, accountId: details.userId, linkageKey: details.linkageKey, state: 'ready' }],
  });
}

function checked(gp: Persona['gp']) {
  return {
    ...(gp?.standing === undefined ? {} : { standing: gp.standing }),
    ...(gp?.check === undefined ? {} : { areServicesOn: true, identityCheck: gp.check }),
  };
}

function detailsOf({ userId, linkageKey, odsCode }: WrittenDetails) {
  return { accountId: userId, linkageKey, odsCode: odsCodeOf(odsCode) };
}

async function putBlock(
  deps: PatientDeps,
  { nhsNumber, odsCode, gp }: { nhsNumber: NhsNumber; odsCode: OdsCode; gp: Persona['gp'] },
): Promise<void> {
  const decided = { nhsNumber, odsCode, staffId };
  await (gp?.isFastTrackBlocked === true ? blockFastTrack : unblockFastTrack)(deps, decided);
}
