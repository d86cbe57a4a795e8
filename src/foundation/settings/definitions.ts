import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { evidenceSettings } from './evidence-settings.ts';
import { gpSystemsSettings } from './gp-systems-settings.ts';
import { proofingSettings } from './proofing-settings.ts';
import { registerSettings } from './register-settings.ts';
import { reviewSettings } from './review-settings.ts';
import { listOfWords, oneLine, setting, webAddress, wholeNumber, yesOrNo } from './setting.ts';

/** Of 32 random bytes some 30 differ; fewer than these come about once in more keys than will ever be made. */
const leastDifferentBytes = 16;

/** Thirty-two bytes or more in base64 or base64url. */
const masterKey = z
  .string()
  .regex(/^[\w+/-]+={0,2}$/u, 'must be 32 bytes or more, in base64')
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((key) => key.length >= 32, 'must be 32 bytes or more, in base64')
  .refine(
    (key) => key.length < 32 || new Set(key).size >= leastDifferentBytes,
    'must be random, for example made by `openssl rand -base64 32`',
  );

/** An address, or a network in CIDR notation; not one that holds every address there is. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^[1-9]\d{0,2}$/u.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/**
 * Computed on all processors at once, passwords would hold up everything else that goes on; more than four at once, no process
 * could serve the people who gave them.
 */
const otherProcessors = Math.min(Math.max(availableParallelism() - 1, 1), 4);

/** Every setting of the house itself; plugs add their own. */
export const houseSettings = {
  mode: setting({
    variable: 'BEVAN_MODE',
    schema: z.enum(['sandbox', 'production']).default('production'),
    byDefault: '`production`; `npm start` sets `sandbox`',
    sentence: 'Whether this is a sandbox with a world around it, or the product alone.',
  }),
  port: setting({
    variable: 'PORT',
    schema: wholeNumber(0, 65_535, 3000),
    byDefault: '`3000`',
    sentence:
      'The TCP port to listen on; in a sandbox the demo connected service takes the next one, and the simulated national register the one after.',
  }),
  host: setting({
    variable: 'BEVAN_HOST',
    schema: z.string().min(1).default('127.0.0.1'),
    byDefault: '`127.0.0.1`',
    sentence: 'The network address to listen on.',
  }),
  issuer: setting({
    variable: 'BEVAN_ISSUER',
    schema: z
      .url()
      .refine((url) => !url.endsWith('/'), 'must not end with a slash')
      .optional(),
    byDefault: '`http://localhost:PORT` in a sandbox',
    sentence:
      'The address under which people and services reach this platform; it becomes `iss` in every token. Must be https in production.',
    requiredInProduction: true,
    unsafeInProduction: (text) => (text.startsWith('https://') ? undefined : 'must start with https://'),
  }),
  passkeyRpId: setting({
    variable: 'BEVAN_PASSKEY_RP_ID',
    schema: z
      .string()
      .regex(/^(?:[a-z0-9-]+\.)*[a-z0-9-]+$/u, 'must be a host name in lower case')
      .optional(),
    byDefault: 'the host of the issuer',
    sentence:
      'The domain that passkeys are made for (the relying party’s ID): the issuer’s host, or a domain above it. Passkeys that were made for another stop working.',
  }),
  fidoUafFacets: setting({
    variable: 'BEVAN_FIDO_UAF_FACETS',
    schema: listOfWords(''),
    byDefault: 'none',
    sentence:
      'Apps, separated by commas, that FIDO clients on phones may trust with keys of this platform, such as `android:apk-key-hash:…` or `ios:bundle-id:…`; listed at `/fido/facets`.',
  }),
  trustedProxies: setting({
    variable: 'BEVAN_TRUSTED_PROXIES',
    schema: listOfWords('').refine(
      (list) => list.every(isNetwork),
      'must be addresses or networks, such as 10.0.0.0/8, separated by commas',
    ),
    byDefault: 'none',
    sentence:
      'Addresses or networks (CIDR), separated by commas, of the proxies whose `X-Forwarded-For` is believed. Limits per network address depend on it.',
    requiredInProduction: true,
  }),
  dataFolder: setting({
    variable: 'BEVAN_DATA_DIR',
    schema: z.string().min(1).default('./data'),
    byDefault: '`./data`',
    sentence: 'The folder of the embedded PostgreSQL and of a sandbox’s own keys.',
  }),
  databaseUrl: setting({
    variable: 'DATABASE_URL',
    schema: z
      .string()
      .regex(/^postgres(ql)?:\/\//u, 'must start with postgres:// or postgresql://')
      .optional(),
    byDefault: 'the embedded PostgreSQL',
    sentence: 'The PostgreSQL 16 or later to use, as a connection URL.',
    requiredInProduction: true,
    secret: true,
  }),
  databaseConnections: setting({
    variable: 'BEVAN_DATABASE_CONNECTIONS',
    // While there is always something to read, one of them does nothing else.
    schema: wholeNumber(2, 500, 20),
    byDefault: '`20`',
    sentence:
      'How many PostgreSQL connections one process may hold for requests, at least 2: on a busy process reads have one of them to themselves.',
  }),
  masterKey: setting({
    variable: 'BEVAN_MASTER_KEY',
    schema: masterKey.optional(),
    byDefault: 'made once and kept in the data folder, in a sandbox',
    sentence:
      'The key, 32 bytes or more in base64, under which signing keys and other secrets are encrypted at rest and from which cookie and code keys are derived. All processes share it; losing it loses the signing keys.',
    requiredInProduction: true,
    secret: true,
  }),
  serviceName: setting({
    variable: 'BEVAN_SERVICE_NAME',
    schema: oneLine.max(60).default('Bevan login'),
    byDefault: '`Bevan login`',
    sentence: 'What this login calls itself on pages and in messages.',
  }),
  supportContact: setting({
    variable: 'BEVAN_SUPPORT_CONTACT',
    schema: oneLine.max(200).default('support@login.example'),
    byDefault: '`support@login.example`',
    sentence: 'The e-mail address shown where a person is told to contact the service.',
    requiredInProduction: true,
  }),
  operatorName: setting({
    variable: 'BEVAN_OPERATOR_NAME',
    schema: oneLine.max(120).optional(),
    byDefault: '“the organisation that runs” it',
    sentence:
      'Who answers in law for what this login keeps about people: the controller that the privacy notice names.',
  }),
  privacyUrl: setting({
    variable: 'BEVAN_PRIVACY_URL',
    schema: webAddress.optional(),
    byDefault: 'the page that comes with Bevan, which says what Bevan keeps',
    sentence: 'The address of the operator’s own privacy notice, to which `/privacy` then leads.',
  }),
  accessibilityUrl: setting({
    variable: 'BEVAN_ACCESSIBILITY_URL',
    schema: webAddress.optional(),
    byDefault: 'the page that comes with Bevan, which says how Bevan is tested',
    sentence:
      'The address of the operator’s own accessibility statement, to which `/accessibility` then leads.',
  }),
  termsUrl: setting({
    variable: 'BEVAN_TERMS_URL',
    schema: webAddress.optional(),
    byDefault: 'none: nobody is asked to accept terms',
    sentence: 'The address of terms of use, to which every page then links by `/terms`.',
  }),
  logLevel: setting({
    variable: 'BEVAN_LOG_LEVEL',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
    byDefault: '`info`',
    sentence: 'The least important log lines to write.',
  }),
  metricsToken: setting({
    variable: 'BEVAN_METRICS_TOKEN',
    schema: z.string().min(16).optional(),
    byDefault: 'none: only this machine itself may read `/metrics`',
    sentence: 'The bearer token that a monitoring system shows to read `/metrics` over the network.',
    secret: true,
  }),
  passwordChecksAtOnce: setting({
    variable: 'BEVAN_PASSWORD_CHECKS_AT_ONCE',
    schema: wholeNumber(1, 64, otherProcessors),
    byDefault: 'one less than the machine has processors: `1` to `4`',
    sentence: 'How many Argon2id computations, of 19 MiB each, one process runs at the same time.',
  }),
  passwordChecksWaiting: setting({
    variable: 'BEVAN_PASSWORD_CHECKS_WAITING',
    schema: wholeNumber(1, 100_000, 500),
    byDefault: '`500`',
    sentence:
      'How many password checks may wait in one process before people are asked to try again shortly.',
  }),
  wrongPasswordsPerAddress: setting({
    variable: 'BEVAN_WRONG_PASSWORDS_PER_ADDRESS',
    schema: wholeNumber(1, 1_000_000, 100),
    byDefault: '`100`',
    sentence: 'How many wrong passwords in 15 minutes lock a network address for 15 minutes.',
  }),
  newPasswordsPerAddress: setting({
    variable: 'BEVAN_NEW_PASSWORDS_PER_ADDRESS',
    schema: wholeNumber(1, 1_000_000, 200),
    byDefault: '`200`',
    sentence:
      'How many new passwords, good or bad, one network address may send in 15 minutes before it waits 15 minutes.',
  }),
  codeRequestsPerAddress: setting({
    variable: 'BEVAN_CODE_REQUESTS_PER_ADDRESS',
    schema: wholeNumber(1, 1_000_000, 100),
    byDefault: '`100`',
    sentence:
      'How many security codes or reset links in 15 minutes one network address may ask for before it waits 15 minutes.',
  }),
  wrongCodesPerAddress: setting({
    variable: 'BEVAN_WRONG_CODES_PER_ADDRESS',
    schema: wholeNumber(1, 1_000_000, 100),
    byDefault: '`100`',
    sentence: 'How many wrong security codes in 15 minutes lock a network address for 15 minutes.',
  }),
  failedMatchesPerAddress: setting({
    variable: 'BEVAN_FAILED_MATCHES_PER_ADDRESS',
    schema: wholeNumber(1, 1_000_000, 30),
    byDefault: '`30`',
    sentence:
      'How many times in 15 minutes details that match no record in the national register may come from one network address before it waits 15 minutes.',
  }),
  sessionIdleSeconds: setting({
    variable: 'BEVAN_SESSION_IDLE_SECONDS',
    schema: wholeNumber(60, 86_400, 3600),
    byDefault: '`3600`',
    sentence: 'After how many seconds without use the single sign-on session ends.',
  }),
  keyRotationDays: setting({
    variable: 'BEVAN_KEY_ROTATION_DAYS',
    schema: wholeNumber(0, 3650, 90),
    byDefault: '`90`',
    sentence:
      'After how many days the next signing key takes over by itself. `0` leaves it to `node src/cli/keys.ts rotate`.',
  }),
  evidenceRetentionDays: setting({
    variable: 'BEVAN_EVIDENCE_RETENTION_DAYS',
    schema: wholeNumber(1, 366, 183),
    byDefault: '`183`, half a year',
    sentence:
      'For how many days what a decision about somebody’s identity rested on is kept, encrypted. It counts for decisions made from then on.',
  }),
  refusedPhoneCountries: setting({
    variable: 'BEVAN_REFUSED_PHONE_COUNTRIES',
    schema: listOfWords('US'),
    byDefault: '`US`',
    sentence: 'Two-letter codes, separated by commas, of countries whose phone numbers no code is sent to.',
  }),
  registerSignInTimeoutMs: setting({
    variable: 'BEVAN_PDS_SIGN_IN_TIMEOUT_MS',
    schema: wholeNumber(100, 30_000, 2000),
    byDefault: '`2000`',
    sentence:
      'How many milliseconds a sign-in of somebody who is known at P5 or above waits for the national register.',
  }),
  registerFreshnessHours: setting({
    variable: 'BEVAN_PDS_FRESHNESS_HOURS',
    schema: wholeNumber(0, 720, 24),
    byDefault: '`24`',
    sentence:
      'For how many hours what the national register said of somebody is believed while it can’t be asked. After that they can’t sign in where it matters until it answers.',
  }),
  emailSender: setting({
    variable: 'BEVAN_EMAIL_SENDER',
    schema: z.string().optional(),
    byDefault: 'a simulated inbox, in a sandbox',
    sentence: 'Which sender takes e-mail: the name of a folder of `src/messaging` that serves it.',
    requiredInProduction: true,
  }),
  smsSender: setting({
    variable: 'BEVAN_SMS_SENDER',
    schema: z.string().optional(),
    byDefault: 'a simulated inbox, in a sandbox',
    sentence: 'Which sender takes text messages: the name of a folder of `src/messaging` that serves them.',
    requiredInProduction: true,
  }),
  voiceSender: setting({
    variable: 'BEVAN_VOICE_SENDER',
    schema: z.string().optional(),
    byDefault: 'none: nobody is called; a simulated inbox, in a sandbox',
    sentence:
      'Which sender calls landlines to read security codes out: the name of a folder of `src/messaging` that serves them. Without one people can’t use a landline.',
  }),
  ...evidenceSettings,
  ...registerSettings,
  ...gpSystemsSettings,
  ...proofingSettings,
  ...reviewSettings,
  sandboxOpenToNetwork: setting({
    variable: 'BEVAN_SANDBOX_OPEN_TO_NETWORK',
    schema: yesOrNo(false),
    byDefault: '`false`',
    sentence: 'Lets other machines than this one call the sandbox’s programming interface.',
    sandboxOnly: true,
  }),
  sandboxKeepsRequests: setting({
    variable: 'BEVAN_SANDBOX_KEEPS_REQUESTS',
    schema: yesOrNo(true),
    byDefault: '`true`',
    sentence:
      'Keeps the last 200 requests of services, with their explanation, and explains the refused ones. `false` is for load tests: then a request costs what it costs in production.',
    sandboxOnly: true,
  }),
} as const;
