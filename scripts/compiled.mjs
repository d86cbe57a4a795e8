import { enableCompileCache } from 'node:module';
import { compiledFolder } from './installation.mjs';

/** Imported first, it has whatever follows loaded as it was compiled the last time, and in processes that are started then, too. */
enableCompileCache(compiledFolder);
process.env['NODE_COMPILE_CACHE'] = compiledFolder;
