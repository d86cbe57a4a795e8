import type { PasswordPolicy } from '#accounts';
import type { Proofing } from '#proofing';
import { activity } from './activity/part.ts';
import { authenticatorApp } from './authenticator-app/part.ts';
import { closeLogin } from './close-account/part.ts';
import { downloadParts } from './download/part.ts';
import { email } from './email/part.ts';
import { landline } from './landline/part.ts';
import { language } from './language/part.ts';
import { notMe } from './not-me/part.ts';
import type { SettingsPart } from './part.ts';
import { password } from './password/part.ts';
import { phone } from './phone/part.ts';
import { recoveryCodes } from './recovery-codes/part.ts';
import { sharing, stopSharing } from './sharing/part.ts';

/** What somebody shares, what happened, what is known of them, and how to end it. */
function information({ proofing }: { readonly proofing?: Proofing | undefined }): readonly SettingsPart[] {
  return [sharing, stopSharing, activity, notMe, ...downloadParts(proofing?.tools.evidence), closeLogin];
}

/** Everything that people can see or change of their account, in the order in which it stands on its page. */
export function settingsParts({
  passwordPolicy,
  proofing,
}: {
  readonly passwordPolicy: PasswordPolicy;
  readonly proofing?: Proofing | undefined;
}): readonly SettingsPart[] {
  const signingIn = [password(passwordPolicy), authenticatorApp, recoveryCodes];
  return [email, phone, landline, language, ...signingIn, ...information({ proofing })];
}
