import { lastDigits } from '../request.ts';
import { language } from './language/part.ts';
import { passkeys } from './passkeys/part.ts';
import type { SettingsPart } from './part.ts';

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

/** Everything that people can see or change of their account, in the order in which it stands on its page. */
export function settingsParts(_parts: object): readonly SettingsPart[] {
  return [email, phone, passkeys, language];
}
