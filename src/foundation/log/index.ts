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

/** Errors are logged by kind, code and stack: the messages of others' errors may quote what a person typed. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const frames = error.stack?.split('\n').filter((line) => line.trimStart().startsWith('at '));
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  const message = error instanceof Fault ? { message: error.message } : {};
  return { type: error.name, ...code, ...message, stack: frames?.slice(0, 12).join('\n'), ...cause };
}
