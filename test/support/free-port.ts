import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** A sandbox takes the three ports after its own as well. */
const following = 3;

/** Below the ports that the system gives to whoever asks for any: one of those may be given away a moment later. */
const range = [10_000, 32_000] as const;

/** @returns a port that nobody listened on a moment ago, nor on the three after it */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...range);
    const ports = Array.from({ length: following + 1 }, (_, index) => port + index);
    const taken = (await Promise.all(ports.map(listen))).filter((server) => server !== undefined);
    await Promise.all(taken.map((server) => new Promise((resolve) => server.close(resolve))));
    if (taken.length === ports.length) return port;
  }
}

/** @returns undefined when somebody listens there already */
function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
