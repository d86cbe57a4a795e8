import type { PasswordPolicy } from '#accounts';
import type { BrowserSessions } from '#openid';
import type { Register } from '#pds';
import type { Proofing } from '#proofing';
import { activity } from './activity/part.ts';
import { authenticatorApp } from './authenticator-app/part.ts';
import { closeLogin } from './close-account/part.ts';
import { contactDetails } from './contact-details/part.ts';
import { devices } from './devices/part.ts';
import { downloadParts } from './download/part.ts';
import { email } from './email/part.ts';
import { landline } from './landline/part.ts';
import { language } from './language/part.ts';
import { notMe } from './not-me/part.ts';
import { passkeys } from './passkeys/part.ts';
import type { SettingsPart } from './part.ts';
import { password } from './password/part.ts';
import { phone } from './phone/part.ts';
import { recoveryCodes } from './recovery-codes/part.ts';
import { sharing, stopSharing } from './sharing/part.ts';

interface SettingsNeeds {
  readonly passwordPolicy: PasswordPolicy;
  readonly register?: Register | undefined;
  readonly sessions?: Pick<BrowserSessions, 'ownIdToken'> | undefined;
  readonly proofing?: Proofing | undefined;
}

/** What somebody shares, what happened, what is known of them, and how to end it. */
function information({ proofing }: SettingsNeeds): readonly SettingsPart[] {
  return [sharing, stopSharing, activity, notMe, ...downloadParts(proofing), closeLogin];
}

/** Everything that people can see or change of their account, in the order in which it stands on its page. */
export function settingsParts(needs: SettingsNeeds): readonly SettingsPart[] {
  const details = [email, phone, landline, contactDetails(needs), language];
  const signingIn = [password(needs.passwordPolicy), passkeys, authenticatorApp, recoveryCodes, devices];
  return [...details, ...signingIn, ...information(needs)];
}
