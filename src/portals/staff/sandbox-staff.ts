import type { House } from '#foundation/deps';
import type { OdsCode } from '#foundation/identifiers';
import { seedStaff } from './seed.ts';
import { codeNow } from './totp.ts';

/** What a sandbox tells everybody of the member of staff whom it has from the beginning. */
export interface SandboxStaff {
  readonly email: string;
  readonly password: string;
  /** Of the authenticator, in base32. */
  readonly secret: string;
  /** What an app with that secret shows now; a clock that was moved moves it as well. */
  readonly code: string;
}

const name = 'Maria Jones';
const email = 'maria.jones@practice.example';
const secret = 'KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD';

/**
 * Puts a member of staff with every role in, at practices of a sandbox that are there already. A second time it brings their access
 * back to what it was.
 *
 * @throws {Error} in production
 */
export async function seedSandboxStaff(
  house: House,
  sandbox: { readonly odsCodes: readonly OdsCode[]; readonly password: string },
): Promise<void> {
  if (house.settings.mode === 'production') throw new Error('what everybody knows signs nobody in');
  const passwordHash = await house.passwords.hash(sandbox.password);
  const roles = ['verifier', 'voucher', 'manager'] as const;
  await house.transact(async (deps) => {
    for (const odsCode of sandbox.odsCodes)
      await seedStaff(deps, { place: odsCode, name, email, roles, passwordHash, secret });
  });
}

/** @returns how to sign in as them, at this moment */
export function describeSandboxStaff(
  { clock }: Pick<House, 'clock'>,
  { password }: { readonly password: string },
): SandboxStaff {
  return { email, password, secret, code: codeNow({ clock }, secret) };
}
