import { openSealedKeys } from '../../../src/openid/keys/sealed-keys.ts';
import type { OpenSigner } from './world.ts';

const open: OpenSigner = ({ deps }) => openSealedKeys(deps);
export default open;
