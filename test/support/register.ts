import { generateKeyPairSync, randomInt } from 'node:crypto';
import { readNhsNumber, type NhsNumber } from '#foundation/identifiers';
import type { Environment } from '#foundation/settings';
import {
  clearRegisterFaults,
  putSimulatedPatient,
  registerSimulatorAddresses,
  setRegisterFault,
  startRegisterSimulator,
  type RegisterFaultKind,
} from '#pds';
import { findFreePort } from './free-port.ts';
import type { TestHouse } from './house.ts';

/** Somebody whose entry a test puts into the register; a number is made up when none is given. */
export interface TestPatient {
  readonly nhsNumber?: NhsNumber;
  readonly familyName?: string;
  readonly givenNames?: readonly string[];
  /** YYYY-MM-DD, or as much of it as the register is to know; null for nothing. */
  readonly birthdate?: string | null;
  readonly postcode?: string | null;
  readonly gpOdsCode?: string | null;
  readonly mobile?: string;
  readonly email?: string;
  readonly restricted?: boolean;
  readonly deceased?: boolean;
  readonly invalidated?: boolean;
  readonly supersededBy?: NhsNumber;
}

/** The register, simulated, with those people alone whom a test puts in. */
export interface TestRegister {
  /** The settings of a house that asks it. */
  readonly environment: Environment;
  /** The base of its FHIR interface. */
  readonly url: string;
  readonly tokenUrl: string;
  /** Puts an entry in, in the place of one with the same number. @returns its NHS number */
  addPatient(patient: TestPatient): Promise<NhsNumber>;
  /** Makes the next requests that it can happen to go wrong. */
  setFault(kind: RegisterFaultKind, times?: number): Promise<void>;
  clearFaults(): Promise<void>;
  close(): Promise<void>;
}

/** A register that has its place and its keys, and is not there yet: the settings are needed before the house. */
export interface PreparedTestRegister {
  readonly environment: Environment;
  start(home: Pick<TestHouse, 'house'>, options?: { requestsPerSecond?: number }): Promise<TestRegister>;
}

const keyId = 'test-1';
const apiKey = 'test-application';
/** Made once for a test file: making one takes a while. */
const key: { pem?: string } = {};

function privateKey(): string {
  key.pem ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString();
  return key.pem;
}

/** Reserves a place for a register. */
export async function prepareTestRegister(): Promise<PreparedTestRegister> {
  const port = await findFreePort();
  const { url, tokenUrl } = registerSimulatorAddresses(port);
  const environment = {
    BEVAN_PDS_URL: url,
    BEVAN_PDS_TOKEN_URL: tokenUrl,
    BEVAN_PDS_API_KEY: apiKey,
    BEVAN_PDS_KEY_ID: keyId,
    BEVAN_PDS_PRIVATE_KEY: privateKey(),
    BEVAN_PDS_REQUESTS_PER_SECOND: '1000',
  };
  return {
    environment,
    start: async ({ house }, options = {}) => {
      const simulator = await startRegisterSimulator(house, {
        port,
        apiKey,
        keyId,
        publicKey: privateKey(),
        ...options,
      });
      return {
        environment,
        url,
        tokenUrl,
        addPatient: async (patient) => {
          const nhsNumber = patient.nhsNumber ?? unusedNhsNumber();
          await putSimulatedPatient(house.deps, personOf(patient, nhsNumber));
          return nhsNumber;
        },
        setFault: (kind, times = 1) => setRegisterFault(house.deps, { kind, times }),
        clearFaults: () => clearRegisterFaults(house.deps),
        close: simulator.close,
      };
    },
  };
}

/** Starts a register beside a house that does not ask it itself: the settings are for another house. */
export async function startTestRegister(
  home: Pick<TestHouse, 'house'>,
  options?: { requestsPerSecond?: number },
): Promise<TestRegister> {
  return (await prepareTestRegister()).start(home, options);
}

function personOf(patient: TestPatient, nhsNumber: NhsNumber) {
  const or = (given: string | null | undefined, otherwise: string) =>
    given === null ? undefined : (given ?? otherwise);
  return {
    nhsNumber,
    familyName: patient.familyName ?? 'Meadows',
    givenNames: patient.givenNames ?? ['Robin'],
    birthdate: or(patient.birthdate, '1980-05-17'),
    postcode: or(patient.postcode, 'LS1 4AP'),
    gpOdsCode: or(patient.gpOdsCode, 'Z99101'),
    mobile: patient.mobile,
    email: patient.email,
    isRestricted: patient.restricted,
    isDeceased: patient.deceased,
    isInvalidated: patient.invalidated,
    supersededBy: patient.supersededBy,
  };
}

const numbers = { given: randomInt(2_000_000, 8_000_000) };

/** @returns a right number of the range that is never issued, which no other call of this file has returned */
export function unusedNhsNumber(): NhsNumber {
  for (;;) {
    numbers.given += 1;
    const number = readNhsNumber(`999${String(numbers.given).padStart(7, '0')}`);
    if (number !== undefined) return number;
  }
}
