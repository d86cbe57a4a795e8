import { type NhsNumber, readNhsNumber } from '#foundation/identifiers';
import { establishIdentity, keepGpCredentials, type GpCredentials, type IdentityDetails } from '#identity';
import type { TestHouse } from './house.ts';

let count = 0;

/** @returns an NHS number of the range that is never issued, which no other call has returned */
export function madeUpNhsNumber(): NhsNumber {
  for (;;) {
    count += 1;
    const nine = `999${String(100_000 + count).padStart(6, '0')}`;
    for (let check = 0; check < 10; check += 1) {
      const number = readNhsNumber(`${nine}${check}`);
      if (number !== undefined) return number;
    }
  }
}

export const gpCredentials: GpCredentials = {
  gpUserId: '3214567890',
  gpLinkageKey: 'aB3!xY9zQ2wE7',
  gpOdsCode: 'Z99001',
};

/** Makes it known who an account's owner is. */
export async function makeKnown(
  { house }: Pick<TestHouse, 'house'>,
  known: {
    accountId: string;
    level: 'P5' | 'P9';
    phoneMatched?: boolean;
    withGpCredentials?: boolean;
    nhsNumber?: NhsNumber;
    /** Differs from what the person is otherwise known as. */
    details?: Partial<IdentityDetails>;
  },
): Promise<NhsNumber> {
  const { accountId, level, phoneMatched = false, nhsNumber = madeUpNhsNumber() } = known;
  const details = {
    nhsNumber,
    familyName: 'Hopper',
    givenName: 'Grace',
    birthdate: '1986-12-09',
    gpOdsCode: 'Z99001',
    ...known.details,
  };
  await house.transact(async (deps) => {
    const { outcome } = await establishIdentity(deps, { accountId, level, details, phoneMatched });
    if (outcome !== 'established') throw new Error(`a test could not make somebody known: ${outcome}`);
    if (known.withGpCredentials !== true) return;
    const kept = await keepGpCredentials(deps, { accountId, credentials: gpCredentials });
    if (kept.outcome !== 'kept') throw new Error('a test could not keep GP credentials');
  });
  return nhsNumber;
}
