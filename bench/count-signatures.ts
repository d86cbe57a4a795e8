import crypto, { webcrypto } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Loaded into the product's process before the product: counts the signatures that it makes, in whichever way, and tells
 * whoever started it when asked.
 */

let count = 0;
const { subtle } = webcrypto;
const sign = subtle.sign.bind(subtle);
Object.defineProperty(subtle, 'sign', {
  value: (...signed: Parameters<typeof sign>) => {
    const [algorithm] = signed;
    const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
    // With a MAC the database's password is shown whenever a connection begins.
    if (name.toUpperCase() !== 'HMAC') count += 1;
    return sign(...signed);
  },
});
const signAtOnce = crypto.sign;
Object.defineProperty(crypto, 'sign', {
  value: (...signed: Parameters<typeof signAtOnce>) => {
    count += 1;
    return signAtOnce(...signed);
  },
});
syncBuiltinESMExports();
process.on('message', () => process.send?.(count));
process.channel?.unref();
