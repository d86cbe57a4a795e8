import { ensureInstalled, runOnRuntime, SetUpError } from './installation.mjs';

/** Measures a promised speed: `npm run bench -- sign-in`; `bench/README.md` says what and how. */
try {
  ensureInstalled();
  process.exitCode = await runOnRuntime(['bench/main.ts', ...process.argv.slice(2)], {});
} catch (error) {
  if (!(error instanceof SetUpError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
