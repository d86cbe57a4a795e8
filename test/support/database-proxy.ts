import { connect, createServer, type Socket } from 'node:net';

/** Stands between the product and its PostgreSQL: can take the database away, and hears every statement. */
export interface DatabaseProxy {
  /** The same database, through here. */
  readonly url: string;
  /**
   * The text of each statement that requests have made since this was last emptied, without the look at the published keys that every
   * process takes every other second, whoever asks for what.
   */
  readonly statements: string[];
  /** Breaks every connection and refuses new ones, as a database does that has gone away. */
  cut(): void;
  /** Takes new connections, and then lets nothing through: the database hangs. */
  stall(): void;
  restore(): void;
  close(): Promise<void>;
}

const isLookAtKeys = (statement: string): boolean =>
  statement.startsWith('select * from "openid"."published_key" where "retired_at" is null ');

/** Statements of requests come under this name; queues and migrations have others. */
const requestsName = 'bevan';

/** @param url the database itself */
export async function openDatabaseProxy(url: string): Promise<DatabaseProxy> {
  const target = new URL(url);
  const statements: string[] = [];
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'stalled' = 'open';
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => sockets.delete(client));
    if (state === 'cut') client.destroy();
    if (state !== 'open') return;
    const database = connect({ host: target.hostname, port: Number(target.port) });
    database.on('error', () => client.destroy());
    database.on('close', () => client.destroy());
    client.on('close', () => database.destroy());
    const listen = createListener((statement) => {
      if (!isLookAtKeys(statement)) statements.push(statement);
    });
    client.on('data', (bytes: Buffer) => {
      listen(bytes);
      if (state !== 'stalled') database.write(bytes);
    });
    database.on('data', (bytes: Buffer) => {
      if (state !== 'stalled') client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(address.port);
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: through.href,
    statements,
    cut: () => {
      state = 'cut';
      breakAll();
    },
    stall: () => {
      state = 'stalled';
    },
    restore: () => {
      if (state === 'stalled') breakAll();
      state = 'open';
    },
    close: async () => {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Reads what a client says to PostgreSQL. @param hear is told the text of each statement that a request runs
 *
 * @see PostgreSQL documentation, “Message Formats”: StartupMessage, Query, Parse, Bind
 */
function createListener(hear: (statement: string) => void): (bytes: Buffer) => void {
  let waiting = Buffer.alloc(0);
  let name: string | undefined;
  const prepared = new Map<string, string>();
  return (bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    for (;;) {
      const typeBytes = name === undefined ? 0 : 1;
      if (waiting.length < typeBytes + 4) return;
      const end = typeBytes + waiting.readInt32BE(typeBytes);
      if (waiting.length < end) return;
      const type = String.fromCodePoint(waiting[0] ?? 0);
      const [first = '', second = ''] = waiting
        .subarray(typeBytes + 4, end)
        .toString('utf8')
        .split('\0');
      if (name === undefined) {
        const pairs = waiting.subarray(8, end).toString('utf8').split('\0');
        name = pairs[pairs.indexOf('application_name') + 1] ?? '';
      } else if (name === requestsName) {
        if (type === 'Q') hear(first);
        if (type === 'P') prepared.set(first, second);
        if (type === 'B') hear(prepared.get(second) ?? '');
      }
      waiting = waiting.subarray(end);
    }
  };
}
