import { Fault } from '#foundation/errors';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/** Names under which secrets or personal data travel; they are removed from every log line, at any of three depths. */
const secretNames = [
  'password',
  'newPassword',
  'code',
  'email',
  'phone',
  'to',
  'text',
  'subject',
  'token',
  'ticket',
  'answers',
  'client_assertion',
  'code_verifier',
  'access_token',
  'refresh_token',
  'id_token',
  'nhs_number',
  'nhsNumber',
  'linkageKey',
  'passphrase',
  'connectionToken',
  'idToken',
  'identityToken',
  'cookie',
  'authorization',
  'set-cookie',
  'login_hint',
  '_csrf',
];

/**
 * Creates the product's log: JSON lines, secrets and personal data redacted by name.
 *
 * @param options.level pino's level name
 * @param options.destination where lines go; standard output when left out
 */
export function createLog(options: { level: string; destination?: DestinationStream }): Logger {
  const redact = {
    paths: secretNames.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
    censor: '[redacted]',
  };
  const settings = { level: options.level, redact, serializers: { err: describeError } };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

/**
 * Errors are logged by kind, code and stack: the messages of others' errors may quote what a person typed. The code
 * doesn't go by the name `code`, which security codes have.
 */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { errorCode: error.code } : {};
  const frames = error.stack?.split('\n').filter((line) => line.trimStart().startsWith('at '));
  const own = error instanceof Fault ? { message: error.message } : {};
  return {
    type: error.name,
    ...code,
    ...own,
    stack: frames?.slice(0, 12).join('\n'),
    ...(error.cause === undefined ? {} : { cause: describeCause(error) }),
  };
}

/** A fault's cause may be a word of our own that says more; others' words stay out. */
function describeCause(error: Error): unknown {
  const { cause } = error;
  return error instanceof Fault && typeof cause === 'string' ? cause : describeError(cause);
}
