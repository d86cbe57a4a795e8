import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { secretsEqual } from '#foundation/security';
import { sendMessage } from '#messaging';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { emailForSending } from '../../account/email.ts';
import { selectAccount, selectIsLocked } from '../../account/store.ts';
import { answerChallenge, isOurChallenge, newChallenge } from './challenge.ts';
import { promptMs } from './passkeys.ts';
import { challengeOf, readUsedPasskey } from './read.ts';
import { relyingPartyOf, userHandleOf } from './relying-party.ts';
import { selectPasskeyByCredential, suspendPasskey, updateUsedPasskey, type StoredPasskey } from './store.ts';

export type PasskeyChecked =
  | { readonly outcome: 'match'; readonly accountId: string }
  /**
   * `no_match`: it signs nobody in here; `expired`: it answers no question of ours that is still good; `suspended`: there
   * seems to be a copy of it; `locked`: the owner of its account has locked that
   */
  | { readonly outcome: 'no_match' | 'expired' | 'suspended' | 'locked' };

/** How long a notice is worth sending. */
const noticeSeconds = 24 * 3600;

/**
 * Describes to a browser how to ask for a passkey. It is the same for everybody, so it tells nobody who has one.
 *
 * @param boundTo what alone may answer, such as a visit
 * @returns JSON for `navigator.credentials.get`
 * @see Web Authentication Level 3 §5.5
 */
export async function describePasskeySignIn(
  deps: Pick<Deps, 'clock' | 'secrets' | 'settings'>,
  boundTo: string,
): Promise<object> {
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server');
  return generateAuthenticationOptions({
    rpID: relyingPartyOf(deps).rpId,
    challenge: newChallenge(deps, { purpose: 'sign-in', boundTo }),
    timeout: promptMs,
    userVerification: 'required',
  });
}

/**
 * Finds out who signs in with a passkey. Each question is answered once. Call it in a transaction that commits on every
 * outcome.
 *
 * Devices that keep a key to themselves count its uses. A count that doesn't go up tells of a copy: from then on the
 * passkey signs nobody in, and its owner is told.
 *
 * @param used.response JSON, as the browser gave it
 * @param used.boundTo as for {@link describePasskeySignIn}
 * @see Web Authentication Level 3 §7.2
 */
export async function checkPasskey(
  deps: Deps,
  used: { readonly response: string; readonly boundTo: string },
): Promise<PasskeyChecked> {
  const response = readUsedPasskey(used.response);
  if (response === undefined) return { outcome: 'no_match' };
  const challenge = challengeOf(response.response.clientDataJSON) ?? '';
  if (!isOurChallenge(deps, { purpose: 'sign-in', boundTo: used.boundTo }, challenge))
    return { outcome: 'expired' };
  const passkey = await selectPasskeyByCredential(deps.db, Buffer.from(response.id, 'base64url'));
  if (passkey === undefined) return { outcome: 'no_match' };
  const { accountId } = passkey;
  const seen = await verify(deps, { response, passkey, challenge });
  if (seen === undefined || !secretsEqual(response.response.userHandle, userHandleOf(deps, accountId)))
    return { outcome: 'no_match' };
  if (!(await answerChallenge(deps, challenge))) return { outcome: 'expired' };
  if (passkey.suspendedAt !== null)
    return { outcome: (await selectIsLocked(deps.db, accountId)) ? 'locked' : 'suspended' };
  const use = { id: passkey.id, accountId, signCount: seen.newCounter, isSynced: seen.credentialBackedUp };
  if (await updateUsedPasskey(deps.db, { ...use, at: deps.clock.now() }))
    return { outcome: 'match', accountId };
  // By now the account is held: whoever has locked it since the passkey was read is through.
  if (await selectIsLocked(deps.db, accountId)) return { outcome: 'locked' };
  return (await suspend(deps, passkey)) ? { outcome: 'suspended' } : { outcome: 'no_match' };
}

async function verify(
  deps: Pick<Deps, 'settings'>,
  {
    response,
    passkey,
    challenge,
  }: { response: AuthenticationResponseJSON; passkey: StoredPasskey; challenge: string },
) {
  const { rpId, origin } = relyingPartyOf(deps);
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  // The library tells what is wrong by throwing plain errors; whatever it is, nobody is signed in.
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      credential: {
        id: passkey.credentialId.toString('base64url'),
        publicKey: new Uint8Array(passkey.publicKey),
        // Whether it counts upwards is decided with the row in hand, for all processes.
        counter: 0,
      },
      requireUserVerification: true,
    });
    return verified ? authenticationInfo : undefined;
  } catch {
    return undefined;
  }
}

/** @returns false if the passkey is gone */
async function suspend(deps: Deps, { id, accountId }: StoredPasskey): Promise<boolean> {
  const at = deps.clock.now();
  const account = await selectAccount(deps.db, accountId);
  if (account === undefined) return false;
  if (!(await suspendPasskey(deps.db, { id, at }))) return true;
  await deps.audit({ type: 'passkey.suspended', accountId });
  await sendMessage(deps, {
    message: 'passkey-suspended',
    channel: 'email',
    to: emailForSending(account.email),
    language: account.language,
    values: {},
    usefulUntil: secondsAfter(at, noticeSeconds),
  });
  return true;
}
