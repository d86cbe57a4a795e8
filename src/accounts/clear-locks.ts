import type { Deps } from '#foundation/deps';
import { attemptSucceeded } from '#foundation/security';
import { emailKey } from './account/email.ts';
import { codePurposes, codeSubject } from './credentials/one-time-code/code.ts';
import { personalLimits } from './limits.ts';

/**
 * Lets a person try again at once: forgets the wrong passwords and codes, and the requests for codes and links, that
 * count against their e-mail address and phone. What counts against a network stays.
 *
 * @param person.phone E.164
 */
export async function clearLocks(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  person: { email: string; phone?: string | undefined },
): Promise<void> {
  const { email, phone } = person;
  const codeSubjects = codePurposes.flatMap((purpose) => [
    codeSubject({ purpose, channel: 'email', destination: email }),
    ...(phone === undefined ? [] : [codeSubject({ purpose, channel: 'sms', destination: phone })]),
  ]);
  for (const limited of personalLimits({ emailKey: emailKey(email), codeSubjects }))
    await attemptSucceeded(deps, [limited]);
}
