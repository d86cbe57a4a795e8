import { randomInt } from 'node:crypto';
import { readNhsNumber, readOdsCode, type NhsNumber, type OdsCode } from '#foundation/identifiers';
import {
  addSimulatedPatient,
  clearGpSystemFaults,
  issueSimulatedDetails,
  loadGpSystems,
  loadSupplierPlugs,
  openPractice,
  setGpSystemFault,
  startGpSystemSimulators,
  type GpSystemFault,
  type GpSystems,
  type PatientAtPractice,
  type SimulatedGpPatient,
  type VouchFor,
} from '#gp-systems';
import type { TestHouse } from './house.ts';

let practicesMade = 0;
let peopleMade = 0;

/** @returns the code of a practice that no other of this file has */
export function newOdsCode(): OdsCode {
  practicesMade += 1;
  return readOdsCode(`Y${String(practicesMade).padStart(5, '0')}`) ?? fail('a code of a practice');
}

/** @returns an NHS number of the range that is never issued, which no other of this file has */
export function newNhsNumber(): NhsNumber {
  for (;;) {
    peopleMade += 1;
    const nine = `999${String(peopleMade).padStart(6, '0')}`;
    for (let digit = 0; digit < 10; digit += 1) {
      const number = readNhsNumber(`${nine}${digit}`);
      if (number !== undefined) return number;
    }
  }
}

function fail(what: string): never {
  throw new Error(`could not make ${what}`);
}

/** Names that are nobody's, and hard for a wire format. */
const familyNames = ["O'Neill", 'Ŵyn-Jones', 'Example & Daughters', 'Nguyễn', 'de la Cruz'];

/** Who is registered nowhere yet. */
export function newPatient(odsCode: OdsCode): PatientAtPractice & { email: string; identityToken: string } {
  const nhsNumber = newNhsNumber();
  const payload = Buffer.from(JSON.stringify({ nhs_number: nhsNumber })).toString('base64url');
  return {
    odsCode,
    nhsNumber,
    familyName: familyNames[randomInt(familyNames.length)] ?? 'Example',
    birthdate: `19${randomInt(40, 99)}-0${randomInt(1, 10)}-1${randomInt(10)}`,
    email: `patient.${nhsNumber}@people.example`,
    identityToken: `e30.${payload}.c2lnbmVk`,
  };
}

/** @returns the settings with which a connected service's own software asks the same systems, under a name of its own */
export async function asApplication(
  environment: Readonly<Record<string, string | undefined>>,
  application: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const ours = (await loadSupplierPlugs()).map(({ simulator }) => simulator.application);
  const settings = Object.entries(environment);
  return Object.fromEntries(
    settings.map(([name, value]) => [name, ours.includes(value ?? '') ? application : value]),
  );
}

/** GP systems of a test's own: simulators, and the way to them. */
export interface TestGpSystems {
  readonly gpSystems: GpSystems;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Opens a practice that has this supplier's system. */
  practiceOf(supplierId: string): Promise<OdsCode>;
  /** Registers somebody there, and returns who it is. */
  patientAt(odsCode: OdsCode, more?: Partial<SimulatedGpPatient>): Promise<ReturnType<typeof newPatient>>;
  issueDetails(
    issue: Omit<Parameters<typeof issueSimulatedDetails>[1], 'folder'>,
  ): ReturnType<typeof issueSimulatedDetails>;
  setFault(fault: GpSystemFault): Promise<void>;
  clearFaults(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts simulators of the GP systems, and opens the way to them.
 *
 * @param options.folder where the suppliers' folders are; those of the product when left out
 */
export async function startTestGpSystems(
  { house }: Pick<TestHouse, 'house'>,
  options: { readonly folder?: string; readonly vouchFor?: VouchFor } = {},
): Promise<TestGpSystems> {
  const { folder, vouchFor } = options;
  const simulators = await startGpSystemSimulators(house, { port: 0, folder });
  const gpSystems = await loadGpSystems(house, { environment: simulators.environment, folder, vouchFor });
  return {
    gpSystems,
    environment: simulators.environment,
    practiceOf: async (supplierId) => {
      const odsCode = newOdsCode();
      const practice = {
        odsCode,
        name: 'Example Surgery',
        addressLines: ['1 High Street', 'Leeds'],
        supplierId,
      };
      await house.transact((deps) => openPractice(deps, practice));
      return odsCode;
    },
    patientAt: async (odsCode, more = {}) => {
      const patient = newPatient(odsCode);
      const { familyName, birthdate, nhsNumber } = patient;
      await addSimulatedPatient(house, { odsCode, nhsNumber, familyName, birthdate, ...more });
      return {
        ...patient,
        familyName: more.familyName ?? familyName,
        birthdate: more.birthdate ?? birthdate,
      };
    },
    issueDetails: (issue) =>
      issueSimulatedDetails(house, folder === undefined ? issue : { ...issue, folder }),
    setFault: (fault) => setGpSystemFault(house.deps, fault),
    clearFaults: () => clearGpSystemFaults(house.deps),
    close: simulators.close,
  };
}
