import { type TableEntry, withTheLogin } from './entry.ts';

/** The login itself and how somebody signs in. */
export const accounts = {
  'accounts.account': {
    whose: 'owner',
    holds: 'the login: address, numbers, where somebody lives, language, when it was used last',
    kept: withTheLogin,
    section: 'login',
    omitted: { email_key: 'inner' },
  },
  'accounts.password': {
    whose: 'owner',
    holds: 'a slow hash of the password',
    kept: withTheLogin,
    section: 'password',
    omitted: { account_id: 'inner', hash: 'secret' },
  },
  'accounts.security_code': {
    whose: 'owner',
    holds: 'security codes on their way, as keyed hashes',
    kept: 'an hour at most',
    section: 'securityCodes',
    omitted: {
      account_id: 'inner',
      bound_to: 'secret',
      id: 'secret',
      mac: 'secret',
      sealed_destination: 'opened',
    },
  },
  'accounts.remembered_device': {
    whose: 'owner',
    holds: 'devices that need no security code',
    kept: '180 days without use',
    section: 'rememberedDevices',
    omitted: { id: 'inner', account_id: 'inner', token_hash: 'secret' },
  },
  'accounts.password_reset': {
    whose: 'owner',
    holds: 'links to choose a new password, as hashes',
    kept: '30 days past their hour',
    section: 'passwordLinks',
    omitted: { account_id: 'inner', token_hash: 'secret' },
  },
  'accounts.passkey': {
    whose: 'owner',
    holds: 'the public halves of passkeys',
    kept: 'until they are removed',
    section: 'passkeys',
    omitted: { account_id: 'inner', id: 'inner', credential_id: 'secret', public_key: 'secret' },
  },
  'accounts.uaf_key': {
    whose: 'owner',
    holds: 'the public halves of keys that apps keep (FIDO UAF)',
    kept: 'until they are removed',
    section: 'appKeys',
    omitted: { account_id: 'inner', id: 'inner', key_id: 'secret', public_key: 'secret' },
  },
  'accounts.authenticator_app': {
    whose: 'owner',
    holds: 'the secret of an authenticator app, encrypted',
    kept: 'until it is removed',
    section: 'authenticatorApp',
    omitted: { account_id: 'inner', sealed_secret: 'secret', last_step: 'inner' },
  },
  'accounts.recovery_code': {
    whose: 'owner',
    holds: 'one-time recovery codes, as keyed hashes',
    kept: 'until they are used or made anew',
    section: 'recoveryCodes',
    omitted: { account_id: 'inner', mac: 'secret' },
  },
  'accounts.replacement': {
    whose: 'owner',
    holds: 'new numbers that wait to take the place of lost ones, or did, encrypted',
    kept: '30 days past their time',
    section: 'replacements',
    omitted: { id: 'inner', account_id: 'inner', token_hash: 'secret', sealed_change: 'opened' },
  },
  'accounts.answered_challenge': {
    whose: 'nobody',
    holds: 'hashes of challenges of passkeys that were answered, so that none is answered twice',
  },
  'accounts.email_change': {
    whose: 'owner',
    holds: 'new addresses that wait to take the place of the old one, or did',
    kept: '30 days past their time',
    section: 'emailChanges',
    omitted: { account_id: 'inner', token_hash: 'secret' },
  },
} as const satisfies Record<string, TableEntry>;
