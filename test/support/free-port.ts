import { createServer, type Server } from 'node:net';

/** A sandbox takes the three ports after its own as well. */
const following = 3;

/** @returns a port that nobody listened on a moment ago, nor on the three after it */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const first = await listen(0);
    const address = first?.address();
    if (first === undefined || address === null || typeof address !== 'object')
      throw new Error('the system gave no port');
    const next = await Promise.all(
      Array.from({ length: following }, (_, index) => listen(address.port + index + 1)),
    );
    const taken = [first, ...next].filter((server) => server !== undefined);
    await Promise.all(taken.map((server) => new Promise((resolve) => server.close(resolve))));
    if (taken.length === following + 1) return address.port;
  }
}

/** @returns undefined when somebody listens there already */
function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    if (port > 65_535) resolve(undefined);
    else server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
