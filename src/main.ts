import { enableCompileCache } from 'node:module';

// Loads what this program is made of faster from the second start on.
enableCompileCache();
const { start } = await import('./start.ts');
await start();
