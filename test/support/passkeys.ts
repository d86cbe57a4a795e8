import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** What a browser is asked for, as far as a device cares. */
export interface Options {
  readonly challenge: string;
  readonly rp?: { readonly id: string } | undefined;
  readonly rpId?: string | undefined;
  readonly user?: { readonly id: string } | undefined;
}

/** How a device behaves; well, if nothing is said. */
export interface Behaviour {
  /** The page that asks, as the browser sees it. */
  readonly origin?: string;
  readonly rpId?: string;
  /** Whether it was unlocked by whoever uses it. */
  readonly isUnlocked?: boolean;
  /** How often it says that the key was used; 0 where it does not count. */
  readonly count?: number;
  readonly userHandle?: string;
  /** Signs with another key than it has. */
  readonly wrongKey?: boolean;
  /** What it claims to be; none where it claims nothing. */
  readonly format?: string;
  readonly type?: string;
}

/** A device that keeps one passkey, as a browser shows it to a page. */
export class SoftDevice {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #origin: string;
  readonly credentialId = randomBytes(32);
  #userHandle = '';

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Makes the passkey. @returns what a browser gives to the page, as JSON */
  create(options: Options, behaviour: Behaviour = {}): string {
    this.#userHandle = options.user?.id ?? '';
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const key = cbor(
      new Map<number, number | Buffer>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    );
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.credentialId.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, this.credentialId, key]);
    const authData = this.#authenticatorData(options.rp?.id ?? '', behaviour, attested);
    const attestation = new Map<string, unknown>([
      ['fmt', behaviour.format ?? 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    return this.#credential({
      clientDataJSON: this.#clientData('webauthn.create', options, behaviour).toString('base64url'),
      attestationObject: cbor(attestation).toString('base64url'),
      transports: ['internal', 'hybrid'],
    });
  }

  /** Uses the passkey. @returns what a browser gives to the page, as JSON */
  use(options: Options, behaviour: Behaviour = {}): string {
    const clientData = this.#clientData('webauthn.get', options, behaviour);
    const authenticatorData = this.#authenticatorData(options.rpId ?? '', behaviour);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]);
    return this.#credential({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: sign('sha256', signed, this.#keyFor(behaviour)).toString('base64url'),
      userHandle: behaviour.userHandle ?? this.#userHandle,
    });
  }

  #keyFor({ wrongKey = false }: Behaviour): KeyObject {
    return wrongKey ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : this.#keys.privateKey;
  }

  #clientData(type: string, { challenge }: Options, behaviour: Behaviour): Buffer {
    const { origin = this.#origin } = behaviour;
    const data = { type: behaviour.type ?? type, challenge, origin, crossOrigin: false };
    return Buffer.from(JSON.stringify(data));
  }

  /** @see Web Authentication Level 3 §6.1 */
  #authenticatorData(rpId: string, behaviour: Behaviour, attested?: Buffer): Buffer {
    const { isUnlocked = true, count = 0 } = behaviour;
    const flags = 0x01 | (isUnlocked ? 0x04 : 0) | (attested === undefined ? 0 : 0x40);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(count);
    const rpIdHash = createHash('sha256')
      .update(behaviour.rpId ?? rpId)
      .digest();
    return Buffer.concat([rpIdHash, Buffer.from([flags]), counter, attested ?? Buffer.alloc(0)]);
  }

  #credential(response: object): string {
    const id = this.credentialId.toString('base64url');
    return JSON.stringify({ id, rawId: id, type: 'public-key', response, clientExtensionResults: {} });
  }
}

/** As much of CBOR (RFC 8949 §3.1) as a passkey is written in. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Map)
    return Buffer.concat([head(5, value.size), ...[...value].flat().map((one: unknown) => cbor(one))]);
  throw new Error('a passkey has nothing of that kind');
}

function head(kind: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(kind << 5) | size]);
  if (size < 256) return Buffer.from([(kind << 5) | 24, size]);
  return Buffer.from([(kind << 5) | 25, size >> 8, size & 0xff]);
}
