import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Environment } from '#foundation/settings';

/** What a scanner does that is not well. */
export type ScannerTrouble = 'silence' | 'nonsense' | 'hangs-up' | 'size-limit';

/** A malware scanner that speaks clamd's protocol on TCP, and knows the test file that all scanners know. */
export interface TestScanner {
  /** The settings by which it is reached. */
  readonly environment: Environment;
  /** How many bytes each of its streams had. */
  readonly scanned: readonly number[];
  /** How it behaves from now on; well, when left out. */
  behave(trouble?: ScannerTrouble): void;
  close(): Promise<void>;
}

/** The harmless file by which scanners are tested. In two parts: it must not make a scanner stop at this one. */
export const eicar = [
  String.raw`X5O!P%@AP[4\PZX54(P^)7CC)7}`,
  '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*',
].join('');

/** Starts one on a free port of this machine. */
export async function startTestScanner(): Promise<TestScanner> {
  const scanned: number[] = [];
  const open = new Set<Socket>();
  let trouble: ScannerTrouble | undefined;
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    void converse(socket, { scanned, trouble: () => trouble }).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    scanned,
    environment: {
      BEVAN_CLAMAV_HOST: '127.0.0.1',
      BEVAN_CLAMAV_PORT: String(port),
      BEVAN_CLAMAV_SECONDS: '6',
    },
    behave: (next) => {
      trouble = next;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const command = 'zINSTREAM\0';

async function converse(
  socket: Socket,
  scanner: { scanned: number[]; trouble: () => ScannerTrouble | undefined },
): Promise<void> {
  let held = Buffer.alloc(0);
  const stream = socket[Symbol.asyncIterator]();
  const take = async (bytes: number): Promise<Buffer> => {
    while (held.length < bytes) {
      const { value, done } = await stream.next();
      if (done === true || !Buffer.isBuffer(value)) throw new Error('it broke off');
      held = Buffer.concat([held, value]);
    }
    const taken = held.subarray(0, bytes);
    held = held.subarray(bytes);
    return taken;
  };
  if ((await take(command.length)).toString() !== command) return void socket.end('UNKNOWN COMMAND\0');
  const parts: Buffer[] = [];
  for (let length = (await take(4)).readUInt32BE(); length > 0; length = (await take(4)).readUInt32BE()) {
    if (scanner.trouble() === 'size-limit') return void socket.end('INSTREAM size limit exceeded. ERROR\0');
    if (scanner.trouble() === 'hangs-up') return void socket.destroy();
    parts.push(await take(length));
  }
  const content = Buffer.concat(parts);
  scanner.scanned.push(content.length);
  if (scanner.trouble() === 'silence') return;
  if (scanner.trouble() === 'nonsense') return void socket.end('stream: OK, or so it seems\0');
  socket.end(content.includes(eicar) ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0');
}
