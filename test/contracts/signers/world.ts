import type { House } from '#foundation/deps';
import type { Signer } from '../../../src/openid/keys/signer.ts';

/** Opens a signer for a house; every file beside this one has one as its default export. */
export type OpenSigner = (house: House) => Signer;
