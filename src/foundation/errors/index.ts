/**
 * Something broke that neither the person nor the caller can mend: shown as a reference number, logged with its
 * cause, never with personal data. Expected outcomes are values, not faults.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  /** Stable identifier, listed in `docs/errors.md`, for example `storage.unavailable`. */
  readonly code: FaultCode;
  readonly statusCode: number;

  constructor(code: FaultCode, options: { cause?: unknown } = {}) {
    super(faults[code].meaning, options);
    this.code = code;
    this.statusCode = faults[code].statusCode;
  }
}

/** Every fault that the product can raise: what it means to an operator, and the status that a caller sees. */
export const faults = {
  'storage.unavailable': {
    statusCode: 503,
    meaning: 'PostgreSQL did not answer; requests work again as soon as it does',
  },
  'storage.embedded': { statusCode: 500, meaning: 'the embedded PostgreSQL could not be started' },
  'storage.migration': {
    statusCode: 500,
    meaning: 'a database migration failed or was changed after it had run',
  },
  'security.busy': { statusCode: 503, meaning: 'more passwords wait to be checked than the queue allows' },
  'security.unsealable': {
    statusCode: 500,
    meaning: 'stored data could not be decrypted: another master key, or it was altered',
  },
  'settings.invalid': {
    statusCode: 500,
    meaning: 'one or more settings are missing, malformed or unsafe for the chosen mode',
  },
  'evidence.damaged': {
    statusCode: 500,
    meaning:
      'a file that was sent as proof could not be decrypted: it was altered, or a part of it is missing',
  },
  'evidence.store-unavailable': {
    statusCode: 503,
    meaning: 'the object store that keeps what was sent as proof did not answer; it is tried again',
  },
  'evidence.scanner-unavailable': {
    statusCode: 503,
    meaning: 'the malware scanner did not answer, so a file was not taken; it is tried again',
  },
  'evidence.busy': {
    statusCode: 503,
    meaning:
      'a file could not be looked at yet: too many are, or a process has it in hand; it is tried again',
  },
  'identity.register-unavailable': {
    statusCode: 503,
    meaning: 'somebody’s entry in the national register could not be read again; it is tried again later',
  },
  'proofing.gp-system-unavailable': {
    statusCode: 503,
    meaning:
      'the system of a practice could not be asked whether somebody’s GP credentials still work; it is tried again later',
  },
  'socket.invalid-plug': {
    statusCode: 500,
    meaning: 'a plug folder does not fit its socket, so the start was stopped',
  },
  'web.content': { statusCode: 500, meaning: 'a page asked for words that its content files do not have' },
  'web.script': { statusCode: 500, meaning: 'a script of a page imports what is not there, or itself' },
  'journey.unknown': {
    statusCode: 500,
    meaning: 'a stored journey names a journey or step that this release does not have',
  },
  'accounts.closed': { statusCode: 410, meaning: 'the account was closed while it was being used' },
  'messaging.not-sent': {
    statusCode: 500,
    meaning: 'a sender refused or could not take a message; it is tried again',
  },
  'messaging.unsendable': {
    statusCode: 500,
    meaning: 'a message was not addressed to one plain address or number, or lacked what its words need',
  },
  'portals.letter': {
    statusCode: 500,
    meaning:
      'a letter could not be printed: one of its fonts is missing, or has not all characters of a detail',
  },
  'openid.logout-not-told': {
    statusCode: 500,
    meaning: 'a service could not be told that somebody signed out; it is tried again',
  },
  'openid.no-signing-key': { statusCode: 500, meaning: 'no usable token-signing key is stored' },
} as const satisfies Record<string, { statusCode: number; meaning: string }>;

export type FaultCode = keyof typeof faults;
