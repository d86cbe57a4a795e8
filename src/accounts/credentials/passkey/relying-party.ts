import type { Deps } from '#foundation/deps';

/** What passkeys are made for, and where they may be used from. */
export function relyingPartyOf({ settings }: Pick<Deps, 'settings'>): { rpId: string; origin: string } {
  const { issuer, passkeyRpId } = settings;
  const { hostname, origin } = new URL(issuer);
  return { rpId: passkeyRpId ?? hostname, origin };
}

/** What devices know an account by: nothing that anybody else knows, and not kept anywhere here. */
export function userHandleOf({ secrets }: Pick<Deps, 'secrets'>, accountId: string): string {
  return secrets.mac('passkey user handle', accountId);
}
