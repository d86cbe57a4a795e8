import type { Deps } from '#foundation/deps';
import { attemptSucceeded } from '#foundation/security';
import { emailKey } from './account/email.ts';
import { appSubject } from './credentials/authenticator-app/app.ts';
import { codePurposes, codeSubject } from './credentials/one-time-code/code.ts';
import { recoveryCodeSubject } from './credentials/recovery-codes/codes.ts';
import { accountLimits, personalLimits } from './limits.ts';
import { questionSubject, recoveryQuestions } from './recovery/proofs.ts';

/**
 * Lets a person try again at once: forgets the wrong passwords and codes, and the requests for codes and links, that
 * count against their e-mail address and their numbers. What counts against a network stays; what counts against an account goes with it.
 *
 * @param person.phone E.164, as `landline`
 */
export async function clearLocks(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  person: { email: string; phone?: string | undefined; landline?: string | undefined },
): Promise<void> {
  const { email, phone, landline } = person;
  const codeSubjects = codePurposes.flatMap((purpose) => [
    codeSubject({ purpose, channel: 'email', destination: email }),
    ...(phone === undefined ? [] : [codeSubject({ purpose, channel: 'sms', destination: phone })]),
    ...(landline === undefined ? [] : [codeSubject({ purpose, channel: 'voice', destination: landline })]),
  ]);
  for (const limited of personalLimits({ emailKey: emailKey(email), codeSubjects }))
    await attemptSucceeded(deps, [limited]);
}

/** Forgets what counts against an account: wrong codes of its app, wrong recovery codes, and wrong answers. */
export async function clearLocksOf(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  accountId: string,
): Promise<void> {
  const subjects = [
    appSubject(accountId),
    recoveryCodeSubject(accountId),
    ...recoveryQuestions.map((question) => questionSubject(accountId, question)),
  ];
  for (const limited of accountLimits(subjects)) await attemptSucceeded(deps, [limited]);
}
