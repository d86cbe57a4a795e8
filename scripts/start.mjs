import {
  ensureInstalled,
  memoryEnvironment,
  memoryOptions,
  runOnRuntime,
  SetUpError,
} from './installation.mjs';

try {
  ensureInstalled();
  process.exitCode = await runOnRuntime([...memoryOptions, 'src/main.ts', ...process.argv.slice(2)], {
    ...memoryEnvironment,
    BEVAN_MODE: process.env['BEVAN_MODE'] ?? 'sandbox',
  });
} catch (error) {
  if (!(error instanceof SetUpError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
