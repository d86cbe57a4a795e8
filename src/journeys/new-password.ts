import { countNewPassword, hashPassword, type PasswordPolicy } from '#accounts';
import type { House } from '#foundation/deps';
import type { FieldErrors } from '#foundation/journey';
import { z } from 'zod';

/** Two fields, so that a slip of the finger doesn't lock somebody out. */
export const newPasswordForm = z
  .object({ password: z.string().default(''), passwordAgain: z.string().default('') })
  .superRefine(({ password, passwordAgain }, issues) => {
    if (password === '') issues.addIssue({ code: 'custom', path: ['password'], message: 'missing' });
    if (passwordAgain === '')
      issues.addIssue({ code: 'custom', path: ['passwordAgain'], message: 'missing' });
  });

export type NewPassword =
  | { readonly outcome: 'acceptable'; readonly passwordHash: string }
  | { readonly outcome: 'refused'; readonly errors: FieldErrors }
  | { readonly outcome: 'locked'; readonly until: Date };

/**
 * Judges a new password and hashes it: work that must not hold a transaction. Whether it was typed the same twice
 * matters only once it is good enough.
 *
 * @param chosen.before the hash of what was chosen before; it stays if the password is the same
 */
export async function hashNewPassword(
  house: House,
  policy: PasswordPolicy,
  chosen: {
    password: string;
    passwordAgain: string;
    email?: string | undefined;
    before?: string | undefined;
    remoteAddress: string;
  },
): Promise<NewPassword> {
  const counted = await countNewPassword(house, chosen);
  if (counted.outcome === 'locked') return counted;
  const { serviceName } = house.settings;
  const details = { email: chosen.email ?? '', serviceName };
  const strength = await policy.checkPasswordStrength(chosen.password, details);
  if (strength.outcome !== 'acceptable') {
    return { outcome: 'refused', errors: { password: strength.outcome, passwordAgain: 'reenter' } };
  }
  if (chosen.password !== chosen.passwordAgain) {
    return { outcome: 'refused', errors: { passwordAgain: 'different' } };
  }
  return { outcome: 'acceptable', passwordHash: await hashPassword(house, chosen) };
}
