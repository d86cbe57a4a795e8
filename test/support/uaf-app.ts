import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { z } from 'zod';

const question = z.tuple([
  z.object({
    header: z.looseObject({ appID: z.string(), serverData: z.string() }),
    challenge: z.string(),
    username: z.string().optional(),
  }),
]);

/** How an app answers; as it was asked and as the contract has it, if nothing is said. */
export interface AppBehaviour {
  /** As what it calls itself; as it was asked if left out. */
  readonly appId?: string;
  readonly challenge?: string;
  /** Which way of writing signatures it says, 1, 2, 5 or 6. */
  readonly algorithm?: number;
  readonly count?: number;
  /** How it says that it knew who used it; null where it doesn't say. */
  readonly verified?: Buffer | null;
  /** An extension that nobody knows, critical. */
  readonly unknownExtension?: boolean;
  readonly mode?: number;
  readonly wrongKey?: boolean;
  /** A byte that is changed in the assertion, after it was signed. */
  readonly spoil?: number;
  readonly attestation?: 'surrogate' | 'full';
  readonly aaid?: string;
  /** Says it with a transaction that somebody confirmed. */
  readonly transaction?: boolean;
}

/** Presence and a fingerprint, in software and a secure element, compared on a chip; as a widely used app says it. */
export const fingerprint = Buffer.from('0300000009000400', 'hex');

/** An app that keeps one key and speaks FIDO UAF 1.0, as its specification has it. */
export class UafApp {
  readonly #curve: 'prime256v1' | 'secp256k1';
  readonly #keyFormat: 'raw' | 'der';
  readonly #keys;
  readonly keyId = randomBytes(32);

  constructor(options: { curve?: 'prime256v1' | 'secp256k1'; keyFormat?: 'raw' | 'der' } = {}) {
    this.#curve = options.curve ?? 'prime256v1';
    this.#keyFormat = options.keyFormat ?? 'raw';
    this.#keys = generateKeyPairSync('ec', { namedCurve: this.#curve });
  }

  /** @param asked a Registration Request Message @returns the message that goes back, to be sent as JSON */
  register(asked: unknown, behaviour: AppBehaviour = {}): object {
    const { header, fcParams, finalChallenge } = this.#prepare(asked, behaviour);
    const info = Buffer.concat([this.#info(behaviour), uint16(this.#keyFormat === 'raw' ? 0x100 : 0x101)]);
    const data = element(
      0x3e03,
      element(0x2e0b, Buffer.from(behaviour.aaid ?? 'EBA0#0001')),
      element(0x2e0e, info),
      element(0x2e0a, finalChallenge),
      element(0x2e09, this.keyId),
      element(0x2e0d, Buffer.concat([uint32(behaviour.count ?? 1), uint32(1)])),
      element(0x2e0c, this.publicKey()),
      ...extensions(behaviour),
    );
    const attestation = behaviour.attestation === 'surrogate' ? 0x3e08 : 0x3e07;
    const signature = element(0x2e06, this.#sign(data, behaviour));
    const assertion = element(0x3e01, data, element(attestation, signature));
    return message(header, fcParams, spoilt(assertion, behaviour));
  }

  /** @param asked an Authentication Request Message @returns the parameter `fido_auth_response` */
  authenticate(asked: unknown, behaviour: AppBehaviour = {}): string {
    const { header, fcParams, finalChallenge } = this.#prepare(asked, behaviour);
    const data = element(
      0x3e04,
      element(0x2e0b, Buffer.from(behaviour.aaid ?? 'EBA0#0001')),
      element(0x2e0e, this.#info(behaviour)),
      element(0x2e0f, randomBytes(8)),
      element(0x2e0a, finalChallenge),
      element(0x2e10, behaviour.transaction === true ? randomBytes(32) : Buffer.alloc(0)),
      element(0x2e09, this.keyId),
      element(0x2e0d, uint32(behaviour.count ?? 1)),
      ...extensions(behaviour),
    );
    const assertion = element(0x3e02, data, element(0x2e06, this.#sign(data, behaviour)));
    const answer = [message(header, fcParams, spoilt(assertion, behaviour))];
    return Buffer.from(JSON.stringify(answer)).toString('base64url');
  }

  publicKey(): Buffer {
    const der = this.#keys.publicKey.export({ format: 'der', type: 'spki' });
    return this.#keyFormat === 'der' ? der : der.subarray(-65);
  }

  #prepare(asked: unknown, { appId, challenge }: AppBehaviour) {
    const [{ header, challenge: given }] = question.parse(asked);
    const appID = appId ?? header.appID;
    const said = { appID, challenge: challenge ?? given, facetID: '', channelBinding: {} };
    const fcParams = Buffer.from(JSON.stringify(said)).toString('base64url');
    const finalChallenge = createHash('sha256').update(fcParams).digest();
    return { header: { ...header, appID }, fcParams, finalChallenge };
  }

  #info({ mode = 1, algorithm }: AppBehaviour): Buffer {
    return Buffer.concat([uint16(0), Buffer.from([mode]), uint16(algorithm ?? this.#defaultAlgorithm())]);
  }

  #defaultAlgorithm(): number {
    return this.#curve === 'prime256v1' ? 2 : 6;
  }

  #sign(data: Buffer, { algorithm = this.#defaultAlgorithm(), wrongKey = false }: AppBehaviour): Buffer {
    const other = () => generateKeyPairSync('ec', { namedCurve: this.#curve }).privateKey;
    const key = wrongKey ? other() : this.#keys.privateKey;
    return sign('sha256', data, { key, dsaEncoding: algorithm % 4 === 1 ? 'ieee-p1363' : 'der' });
  }
}

function message(header: object, fcParams: string, assertion: Buffer): object {
  const assertions = [{ assertionScheme: 'UAFV1TLV', assertion: assertion.toString('base64url') }];
  return { header, fcParams, assertions };
}

function extensions({ verified = fingerprint, unknownExtension = false }: AppBehaviour): Buffer[] {
  const extension = (id: string, data: Buffer) =>
    element(0x3e11, element(0x2e13, Buffer.from(id)), element(0x2e14, data));
  return [
    ...(verified === null ? [] : [extension('fido.uaf.uvm', verified)]),
    ...(unknownExtension ? [extension('fido.example', Buffer.alloc(1))] : []),
  ];
}

function spoilt(assertion: Buffer, { spoil }: AppBehaviour): Buffer {
  if (spoil === undefined) return assertion;
  const changed = Buffer.from(assertion);
  const at = spoil < 0 ? changed.length + spoil : spoil;
  changed[at] = (changed[at] ?? 0) ^ 0x01;
  return changed;
}

/** @see FIDO UAF Authenticator Commands §5.1 */
export function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  return Buffer.concat([uint16(tag), uint16(value.length), value]);
}

function uint16(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(number);
  return bytes;
}

function uint32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}
