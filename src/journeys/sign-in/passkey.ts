import { checkPasskey, describePasskeySignIn } from '#accounts';
import type { Deps, House } from '#foundation/deps';
import type { Outcome, Resource } from '#foundation/journey';
import { z } from 'zod';
import { loginLocked, type SignInAnswers, type SignInVisit } from './answers.ts';

/** What the script of a page puts into its form. */
export const passkeyField = z.string('no_match').max(16_000, 'no_match');

/** What the script of a page that takes a passkey asks for first. */
export const passkeyOptions = {
  'passkey-options': async (house: House, { ref }: SignInVisit): Promise<Resource> => {
    const options = await describePasskeySignIn(house.deps, ref);
    return { type: 'application/json', body: JSON.stringify(options) };
  },
};

/** Signs somebody in with the passkey that their browser has used. */
export async function takePasskey(
  deps: Deps,
  { ref, answers, context }: SignInVisit,
  response: string,
): Promise<Outcome<SignInAnswers>> {
  const provenAt = deps.clock.now().toISOString();
  const checked = await checkPasskey(deps, { response, boundTo: ref });
  if (checked.outcome === 'locked') return loginLocked(context);
  if (checked.outcome !== 'match') return { outcome: 'invalid', errors: { passkey: checked.outcome } };
  return {
    outcome: 'answered',
    answers: { ...answers, passkey: { accountId: checked.accountId, provenAt } },
  };
}
