import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { createPasswordHasher } from '#foundation/security';
import { readSettings } from '#foundation/settings';

/**
 * The floor: the product's own password check and the signatures of its tokens and their checks, with nothing around them. Each message
 * from the process that started it is answered with the CPU milliseconds of one computation, for each of some batches.
 */

const usual = { batches: 3, passwordChecks: 24, signatures: 400, signatureChecks: 4000 };
const small = { batches: 1, passwordChecks: 1, signatures: 1, signatureChecks: 1 };
/** How many of each a batch has. */
const { batches, ...perBatch } = process.argv.includes('--small') ? small : usual;
const password = 'wheelbarrow 7 tidal Quince';
/** About as long as a token before it is signed. */
const tokenBytes = 800;

/** As many side by side as the product computes: they share the machine's memory. */
const { passwordChecksAtOnce } = readSettings({ BEVAN_MODE: 'sandbox' });
const passwords = await createPasswordHasher({
  atOnce: passwordChecksAtOnce,
  waiting: perBatch.passwordChecks,
});
const stored = await passwords.hash(password);
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const token = randomBytes(tokenBytes);
const signature = sign('sha512', token, privateKey);

async function measure(times: number, work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

function checkPasswords(): Promise<unknown> {
  const checks = Array.from({ length: perBatch.passwordChecks }, () => passwords.verify(stored, password));
  return Promise.all(checks);
}

function signTokens(): Promise<unknown> {
  for (let count = 0; count < perBatch.signatures; count += 1) sign('sha512', token, privateKey);
  return Promise.resolve();
}

function checkSignatures(): Promise<unknown> {
  for (let count = 0; count < perBatch.signatureChecks; count += 1)
    verify('sha512', token, publicKey, signature);
  return Promise.resolve();
}

async function measureBatches() {
  const found: { passwordCheckMs: number[]; signatureMs: number[]; signatureCheckMs: number[] } = {
    passwordCheckMs: [],
    signatureMs: [],
    signatureCheckMs: [],
  };
  for (let batch = 0; batch < batches; batch += 1) {
    found.passwordCheckMs.push(await measure(perBatch.passwordChecks, checkPasswords));
    found.signatureMs.push(await measure(perBatch.signatures, signTokens));
    found.signatureCheckMs.push(await measure(perBatch.signatureChecks, checkSignatures));
  }
  return found;
}

// The first ones only warm up.
await measureBatches();
process.on('message', () => void measureBatches().then((found) => process.send?.(found)));
