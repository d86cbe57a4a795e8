import { z } from 'zod';
import { systemAddress, unlessHttps } from './register-settings.ts';
import { oneLine, setting, wholeNumber } from './setting.ts';

const notInS3 = 'none: encrypted files are kept in PostgreSQL';

/** What people send to prove who they are: where it is kept, and what looks at it first. */
export const evidenceSettings = {
  evidenceUploadHours: setting({
    variable: 'BEVAN_EVIDENCE_UPLOAD_HOURS',
    schema: wholeNumber(1, 168, 24),
    byDefault: '`24`',
    sentence: 'For how many hours a picture or video that has arrived only in part can be sent on.',
  }),
  evidenceS3Endpoint: setting({
    variable: 'BEVAN_EVIDENCE_S3_ENDPOINT',
    schema: systemAddress.transform((text) => text.replace(/\/+$/u, '')).optional(),
    byDefault: notInS3,
    sentence:
      'The address of an S3-compatible object store for pictures and videos, such as `https://s3.eu-west-2.amazonaws.com`. It gets nothing but encrypted chunks, under random names.',
    unsafeInProduction: unlessHttps,
    setWith: 'object store',
  }),
  evidenceS3Bucket: setting({
    variable: 'BEVAN_EVIDENCE_S3_BUCKET',
    schema: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u, 'must be the name of a bucket')
      .optional(),
    byDefault: notInS3,
    sentence: 'The bucket of the object store, without versions; it is addressed by path.',
    setWith: 'object store',
  }),
  evidenceS3Region: setting({
    variable: 'BEVAN_EVIDENCE_S3_REGION',
    schema: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/u, 'must be the name of a region')
      .optional(),
    byDefault: notInS3,
    sentence: 'The region for which requests to the object store are signed, such as `eu-west-2`.',
    setWith: 'object store',
  }),
  evidenceS3KeyId: setting({
    variable: 'BEVAN_EVIDENCE_S3_ACCESS_KEY_ID',
    schema: oneLine.max(200).optional(),
    byDefault: notInS3,
    sentence: 'The access key id with which requests to the object store are signed.',
    setWith: 'object store',
  }),
  evidenceS3Secret: setting({
    variable: 'BEVAN_EVIDENCE_S3_SECRET_ACCESS_KEY',
    schema: oneLine.max(200).optional(),
    byDefault: notInS3,
    sentence:
      'The secret access key. It has to be allowed to put, get, delete and list objects of the bucket, and nothing else.',
    secret: true,
    setWith: 'object store',
  }),
  clamavHost: setting({
    variable: 'BEVAN_CLAMAV_HOST',
    schema: z
      .string()
      .regex(/^[\w.:-]{1,253}$/u, 'must be a host name or an address')
      .optional(),
    byDefault: 'none: no scanner looks at files before they are decoded',
    sentence:
      'The host of a ClamAV daemon (`clamd` on TCP) that looks at each picture and video before anything else does. While it does not answer, none is taken.',
  }),
  clamavPort: setting({
    variable: 'BEVAN_CLAMAV_PORT',
    schema: wholeNumber(1, 65_535, 3310),
    byDefault: '`3310`',
    sentence: 'The TCP port of the ClamAV daemon.',
  }),
  clamavSeconds: setting({
    variable: 'BEVAN_CLAMAV_SECONDS',
    schema: wholeNumber(1, 120, 30),
    byDefault: '`30`',
    sentence: 'How many seconds the ClamAV daemon may take for one file.',
  }),
} as const;
