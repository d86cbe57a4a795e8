import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A key and a certificate that vouches for itself, both PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** One element of ASN.1 in DER (X.690 §8.1). */
function element(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length =
    content.length < 128
      ? Buffer.from([content.length])
      : content.length < 256
        ? Buffer.from([0x81, content.length])
        : Buffer.from([0x82, content.length >> 8, content.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, content]);
}

const sequence = (...contents: Buffer[]): Buffer => element(0x30, ...contents);
const objectId = (hex: string): Buffer => element(0x06, Buffer.from(hex, 'hex'));
const utcTime = (date: Date): Buffer =>
  element(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/gu, '').slice(2, 14)}Z`));

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
const dayMs = 24 * 3600 * 1000;

/** Makes a certificate for a server on this machine, valid today. @param names host names and IPv4 addresses */
export function makeCertificate(names: readonly string[]): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const commonName = element(0x0c, Buffer.from('a test'));
  const name = sequence(element(0x31, sequence(objectId('550403'), commonName)));
  const alternatives = names.map((one) =>
    /^[\d.]+$/u.test(one)
      ? element(0x87, Buffer.from(one.split('.').map(Number)))
      : element(0x82, Buffer.from(one)),
  );
  const now = Date.now();
  const extensions = sequence(
    sequence(objectId('551d11'), element(0x04, sequence(...alternatives))),
    sequence(objectId('551d13'), element(0x04, sequence(element(0x01, Buffer.from([0xff]))))),
  );
  const certified = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.from([1]), randomBytes(8)),
    ecdsaWithSha256,
    name,
    sequence(utcTime(new Date(now - dayMs)), utcTime(new Date(now + dayMs))),
    name,
    publicKey,
    element(0xa3, extensions),
  );
  const signature = sign('sha256', certified, createPrivateKey(privateKey));
  const der = sequence(certified, ecdsaWithSha256, element(0x03, Buffer.from([0]), signature));
  const lines = der.toString('base64').replaceAll(/.{64}/gu, '$&\n').trim();
  return { key: privateKey, cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n` };
}
