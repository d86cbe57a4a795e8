import type { House } from '#foundation/deps';
import type { OdsCode } from '#foundation/identifiers';
import { checkerDesk, type Role } from './roles.ts';
import { seedStaff } from './seed.ts';
import { codeNow } from '#foundation/authenticator';

/** What a sandbox tells everybody of a member of staff whom it has from the beginning. */
export interface SandboxStaff {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly email: string;
  readonly password: string;
  /** Of the authenticator, in base32. */
  readonly secret: string;
  /** What an app with that secret shows now; a clock that was moved moves it as well. */
  readonly code: string;
}

type Known = Pick<SandboxStaff, 'name' | 'roles' | 'email' | 'secret'>;

const atPractices: Known = {
  name: 'Maria Jones',
  roles: ['verifier', 'voucher', 'manager'],
  email: 'maria.jones@practice.example',
  secret: 'KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD',
};

/** Two, so that what one has approved can be looked at again by the other. */
const atDesk: readonly Known[] = [
  {
    name: 'Anita Rao',
    roles: ['checker'],
    email: 'anita.rao@checks.example',
    secret: 'JVQXEZLTORXW4ZJANFZSA2DFOJSSA5DP',
  },
  {
    name: 'Helen Shaw',
    roles: ['checker', 'supervisor', 'assurance', 'manager'],
    email: 'helen.shaw@checks.example',
    secret: 'NBSWYZLOFZZWQYLXFZUXGLTIMVZGKLTU',
  },
];

/**
 * Puts staff in: one with every role at practices of a sandbox that are there already, and those of the desk where ID is checked. A
 * second time it brings their access back to what it was.
 *
 * @throws {Error} in production
 */
export async function seedSandboxStaff(
  house: House,
  sandbox: { readonly odsCodes: readonly OdsCode[]; readonly password: string },
): Promise<void> {
  if (house.settings.mode === 'production') throw new Error('what everybody knows signs nobody in');
  const passwordHash = await house.passwords.hash(sandbox.password);
  await house.transact(async (deps) => {
    for (const place of sandbox.odsCodes) await seedStaff(deps, { ...atPractices, place, passwordHash });
    for (const one of atDesk) await seedStaff(deps, { ...one, place: checkerDesk, passwordHash });
  });
}

/** @returns how to sign in as whom, at this moment */
export function describeSandboxStaff(
  { clock }: Pick<House, 'clock'>,
  { password }: { readonly password: string },
): { readonly practice: SandboxStaff; readonly checkers: readonly SandboxStaff[] } {
  const describe = (one: Known): SandboxStaff => ({ ...one, password, code: codeNow({ clock }, one.secret) });
  return { practice: describe(atPractices), checkers: atDesk.map(describe) };
}
