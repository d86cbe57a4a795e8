import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ClientCertificate } from '#foundation/outgoing';
import { setting, systemAddress, unlessHttps } from '#foundation/settings';
import { z } from 'zod';

const needed = z.string('is needed, because another setting of this supplier is set');
/** It stands in headers. */
const plain = z
  .string()
  .max(200)
  .regex(/^[\x21-\x7e]+$/u, 'must be printable ASCII without spaces');
const off = 'none: the supplier is off';

/** The address of a supplier’s servers. */
export function addressSetting({
  variable,
  sentence,
}: {
  readonly variable: string;
  readonly sentence: string;
}) {
  return setting({
    variable,
    schema: needed.pipe(systemAddress).transform((text) => text.replace(/\/+$/u, '')),
    byDefault: off,
    sentence,
    unsafeInProduction: unlessHttps,
  });
}

/** What a supplier knows this platform by. */
export function nameSetting(asked: {
  readonly variable: string;
  readonly sentence: string;
  readonly secret?: boolean;
}) {
  return setting({ ...asked, schema: needed.pipe(plain), byDefault: off });
}

/** In one line with `\n` between the lines of the PEM, too, as many secret stores give it. */
const pem = z.string().transform((text) => text.replaceAll('\\n', '\n'));

function holds(read: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      read(text);
      return true;
    } catch {
      return false;
    }
  };
}

/** The certificate that is shown to a supplier’s servers, and its key: both or none. */
export function certificateSettings({
  prefix,
  supplier,
}: {
  readonly prefix: string;
  readonly supplier: string;
}) {
  const setWith = `${prefix} certificate`;
  const byDefault = 'none: no certificate is shown';
  return {
    certificate: setting({
      variable: `${prefix}_CLIENT_CERTIFICATE`,
      schema: pem
        .refine(
          holds((text) => new X509Certificate(text)),
          'must be a certificate in PEM',
        )
        .optional(),
      byDefault,
      sentence: `The certificate, in PEM, that is shown to the servers of ${supplier}. Lines may be separated by \`\\n\`.`,
      setWith,
    }),
    privateKey: setting({
      variable: `${prefix}_CLIENT_KEY`,
      schema: pem.refine(holds(createPrivateKey), 'must be a private key in PEM').optional(),
      byDefault,
      sentence: 'The private key of that certificate, in PEM. Lines may be separated by `\\n`.',
      secret: true,
      setWith,
    }),
  } as const;
}

export function certificateOf(values: {
  readonly certificate: string | undefined;
  readonly privateKey: string | undefined;
}): ClientCertificate | undefined {
  const { certificate, privateKey } = values;
  return certificate === undefined || privateKey === undefined ? undefined : { certificate, privateKey };
}
