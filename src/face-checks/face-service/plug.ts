import { setting, systemAddress, unlessHttps } from '#foundation/settings';
import { z } from 'zod';
import { providerPlug } from '../provider.ts';
import { openFaceService } from './client.ts';

const off = 'none; needed when faces are compared by a service';

/** A certified service elsewhere, or what stands before one and speaks as `docs/face-service.md` says. */
const plug = providerPlug({
  id: 'face-service',
  isSandboxes: false,
  settings: {
    url: setting({
      variable: 'BEVAN_FACE_SERVICE_URL',
      schema: z
        .string('is needed when faces are compared by a service')
        .pipe(systemAddress)
        .transform((text) => text.replace(/\/+$/u, '')),
      byDefault: off,
      sentence:
        'The address of the service that compares faces, up to and without `/scans`. It is sent pictures of people: it must be somebody whom you have agreed with to process them.',
      unsafeInProduction: unlessHttps,
    }),
    key: setting({
      variable: 'BEVAN_FACE_SERVICE_KEY',
      schema: z
        .string('is needed when faces are compared by a service')
        .regex(/^[\x21-\x7e]{16,500}$/u, 'must be 16 to 500 printable ASCII characters without spaces'),
      byDefault: off,
      sentence: 'By which that service knows this platform, sent as `Authorization: Bearer`.',
      secret: true,
    }),
    seconds: setting({
      variable: 'BEVAN_FACE_SERVICE_SECONDS',
      schema: z.coerce.number().int().min(1).max(30).default(8),
      byDefault: '`8`',
      sentence:
        'How long one call of that service may take, with all its tries. Somebody is waiting before a camera meanwhile.',
    }),
  },
  open: ({ url, key, seconds }, tools) =>
    Promise.resolve(openFaceService({ url, key, callMs: seconds * 1000 }, tools)),
});

export default plug;
