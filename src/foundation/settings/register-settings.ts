import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { oneLine, setting, wholeNumber } from './setting.ts';

/** The address of a system that gets what is personal: by https, or on this machine itself. */
const systemAddress = z
  .url({ protocol: /^https?$/u })
  .refine((text) => text.startsWith('https:') || isOnThisMachine(text), 'must start with https://')
  .refine((text) => !/[?#]|\/\/[^/]*@/u.test(text), 'must have no user, query or fragment');

const unlessHttps = (text: string) => (text.startsWith('https://') ? undefined : 'must start with https://');

function isOnThisMachine(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(url)?.hostname ?? '');
}

const leastRsaBits = 2048;

/** In one line with `\n` between the lines of the PEM, too, as many secret stores give it. */
const rsaPrivateKey = z
  .string()
  .transform((text) => text.replaceAll('\\n', '\n'))
  .refine(isRsaPrivateKey, `must be an RSA private key of ${leastRsaBits} bits or more, in PEM`);

function isRsaPrivateKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= leastRsaBits;
  } catch {
    return false;
  }
}

/** The way to the national register: without it nobody is raised above the lowest level. */
export const registerSettings = {
  pdsUrl: setting({
    variable: 'BEVAN_PDS_URL',
    schema: systemAddress.transform((text) => text.replace(/\/+$/u, '')).optional(),
    byDefault: 'none: no register',
    sentence:
      'The base address of the Personal Demographics Service FHIR API (R4), such as `https://api.service.nhs.uk/personal-demographics/FHIR/R4`.',
    unsafeInProduction: unlessHttps,
    setWith: 'register',
  }),
  pdsTokenUrl: setting({
    variable: 'BEVAN_PDS_TOKEN_URL',
    schema: systemAddress.optional(),
    byDefault: 'none: no register',
    sentence:
      'The token endpoint of the API platform, exactly as it wants to be named as audience, such as `https://api.service.nhs.uk/oauth2/token`.',
    unsafeInProduction: unlessHttps,
    setWith: 'register',
  }),
  pdsApiKey: setting({
    variable: 'BEVAN_PDS_API_KEY',
    schema: oneLine.max(200).optional(),
    byDefault: 'none: no register',
    sentence: 'The API key of your application at the API platform.',
    secret: true,
    setWith: 'register',
  }),
  pdsKeyId: setting({
    variable: 'BEVAN_PDS_KEY_ID',
    schema: oneLine.max(200).optional(),
    byDefault: 'none: no register',
    sentence: 'The `kid` under which your application’s public key is known to the API platform.',
    setWith: 'register',
  }),
  pdsPrivateKey: setting({
    variable: 'BEVAN_PDS_PRIVATE_KEY',
    schema: rsaPrivateKey.optional(),
    byDefault: 'none: no register',
    sentence:
      'The private key, RSA in PEM, that signs for your application at the API platform. Lines may be separated by `\\n`.',
    secret: true,
    setWith: 'register',
  }),
  pdsOdsCode: setting({
    variable: 'BEVAN_PDS_ODS_CODE',
    schema: z
      .string()
      .regex(/^[A-Z0-9]{3,10}$/u, 'must be an ODS code')
      .optional(),
    byDefault: 'not sent',
    sentence:
      'The ODS code of the organisation for which the register is asked, where the API platform wants to be told.',
  }),
  pdsRequestsPerSecond: setting({
    variable: 'BEVAN_PDS_REQUESTS_PER_SECOND',
    schema: z.coerce.number().int().min(1).max(10_000).optional(),
    byDefault: '`5`; `500` in a sandbox that has a register of its own',
    sentence:
      'How many requests a second all processes together make to the register: what was agreed for your application.',
  }),
  pdsRequestSeconds: setting({
    variable: 'BEVAN_PDS_REQUEST_SECONDS',
    schema: wholeNumber(1, 60, 5),
    byDefault: '`5`',
    sentence: 'How many seconds one request to the register may take; an update may take 15 at least.',
  }),
  pdsCallSeconds: setting({
    variable: 'BEVAN_PDS_CALL_SECONDS',
    schema: wholeNumber(1, 120, 10),
    byDefault: '`10`',
    sentence:
      'How many seconds asking the register may take in all, with waiting for its turn and trying again; an update may take 30 at least.',
  }),
} as const;
