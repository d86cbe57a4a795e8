import { enableCompileCache } from 'node:module';
import { compiledFolder } from './installation.mjs';

/** Imported first, it has whatever follows loaded as it was compiled the last time. Processes that are started then are not concerned. */
enableCompileCache(compiledFolder);
