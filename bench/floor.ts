import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createPasswordHasher } from '#foundation/security';

/**
 * The floor: the product's own password check and the signatures of its tokens, with nothing around them. Prints the
 * CPU milliseconds of one computation, for each of several batches.
 */

const batches = 9;
const passwordChecksPerBatch = 20;
const signaturesPerBatch = 400;
const password = 'wheelbarrow 7 tidal Quince';
/** About as long as a token before it is signed. */
const tokenBytes = 800;

async function measure(times: number, work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < times; count += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

const passwords = await createPasswordHasher({ atOnce: 1, waiting: 0 });
const stored = await passwords.hash(password);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const token = randomBytes(tokenBytes);

const found: { passwordCheckMs: number[]; signatureMs: number[] } = { passwordCheckMs: [], signatureMs: [] };
for (let batch = 0; batch <= batches; batch += 1) {
  const passwordCheckMs = await measure(passwordChecksPerBatch, () => passwords.verify(stored, password));
  const signatureMs = await measure(signaturesPerBatch, () => sign('sha512', token, privateKey));
  // The first batch only warms up.
  if (batch === 0) continue;
  found.passwordCheckMs.push(passwordCheckMs);
  found.signatureMs.push(signatureMs);
}
process.stdout.write(JSON.stringify(found));
