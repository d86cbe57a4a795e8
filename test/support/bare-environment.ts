/** What a process of ours is started with besides its settings: where programs are, and code as it was compiled the last time. */
export const bareEnvironment = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
} as const;
