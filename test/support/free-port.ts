import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';

/** A sandbox takes the three ports after its own as well. */
const following = 3;

/** Below the ports that the system gives to whoever asks for any: one of those may be given away a moment later. */
const range = [10_000, 32_000] as const;

/** @returns a port that nobody listens on, nor on the three after it, and that no other test will find while this process lives */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...range);
    const ports = Array.from({ length: following + 1 }, (_, index) => port + index);
    const marks = (await Promise.all(ports.map(mark))).filter((socket) => socket !== undefined);
    const taken = (await Promise.all(ports.map(listen))).filter((server) => server !== undefined);
    await Promise.all(taken.map((server) => new Promise((resolve) => server.close(resolve))));
    if (marks.length === ports.length && taken.length === ports.length) return port;
    for (const socket of marks) socket.close();
  }
}

/**
 * Marks a port as found, for whoever looks for one in another process: takes the same number for UDP, which nothing here speaks. The system
 * takes the mark away when this process ends.
 *
 * @returns undefined when somebody has marked it already
 */
function mark(port: number): Promise<Socket | undefined> {
  const socket = createSocket('udp4').unref();
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(socket));
  });
}

/** @returns undefined when somebody listens there already */
function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
