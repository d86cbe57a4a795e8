import type { Proofing } from '#proofing';
import { lastDigits } from '../request.ts';
import { activity } from './activity/part.ts';
import { closeLogin } from './close-account/part.ts';
import { downloadParts } from './download/part.ts';
import { language } from './language/part.ts';
import { notMe } from './not-me/part.ts';
import { passkeys } from './passkeys/part.ts';
import type { SettingsPart } from './part.ts';
import { sharing, stopSharing } from './sharing/part.ts';

const email: SettingsPart = {
  id: 'email',
  section: 'details',
  isSensitive: true,
  row: (_deps, { person }) => Promise.resolve({ email: person.account.email }),
};

const phone: SettingsPart = {
  id: 'phone',
  section: 'details',
  isSensitive: true,
  row: (_deps, { person }) => {
    const { phone: number } = person.account;
    return Promise.resolve(
      number === null ? { words: 'none' } : { words: 'ending', values: { phone: lastDigits(number) } },
    );
  },
};

/** What somebody shares, what happened, what is known of them, and how to end it. */
function information({ proofing }: { readonly proofing?: Proofing | undefined }): readonly SettingsPart[] {
  return [sharing, stopSharing, activity, notMe, ...downloadParts(proofing?.tools.evidence), closeLogin];
}

/** Everything that people can see or change of their account, in the order in which it stands on its page. */
export function settingsParts(parts: { readonly proofing?: Proofing | undefined }): readonly SettingsPart[] {
  return [email, phone, passkeys, language, ...information(parts)];
}
