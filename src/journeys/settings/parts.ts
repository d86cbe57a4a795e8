import type { PasswordPolicy } from '#accounts';
import { email } from './email/part.ts';
import { language } from './language/part.ts';
import type { SettingsPart } from './part.ts';
import { password } from './password/part.ts';
import { phone } from './phone/part.ts';

/** Everything that people can see or change of their account, in the order in which it stands on its page. */
export function settingsParts({
  passwordPolicy,
}: {
  readonly passwordPolicy: PasswordPolicy;
}): readonly SettingsPart[] {
  return [email, phone, language, password(passwordPolicy)];
}
