/** What a process of ours is started with besides its settings: where programs are, and our code as it is without its types. */
export const bareEnvironment = {
  PATH: process.env['PATH'],
  NODE_OPTIONS: `--import=${new URL('../../scripts/stripped.mjs', import.meta.url).href}`,
} as const;
