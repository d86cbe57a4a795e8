import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { House } from '#foundation/deps';
import type { Environment } from '#foundation/settings';
import type { SupplierPlug } from '../supplier-plug.ts';
import { loadSupplierPlugs } from '../suppliers.ts';
import { openDesk } from './desk.ts';
import { simulatedEnvironment } from './environment.ts';
import { takeFault } from './fault-store.ts';
import { gpSystemFaultKinds, type GpSystemFaultKind } from './faults.ts';
import type { SimulatedReply, SimulatedRequest, SimulatedWorld, SupplierSimulator } from './simulator.ts';

/** The GP systems of all suppliers, simulated, on this machine. */
export interface GpSystemSimulators {
  /** The suppliers’ settings for reaching them there. */
  readonly environment: Environment;
  close(): Promise<void>;
}

export type SimulatorHouse = Pick<House, 'database' | 'clock' | 'log' | 'settings'>;

const mostBodyBytes = 64 * 1024;
const slowMs = 1500;

/**
 * Starts a server on this machine alone that speaks as the GP system of each supplier does, under the supplier’s id. What the
 * practices know lives in the database, and so do the faults that the systems are to show.
 *
 * @param options.port any free one, if 0
 * @param options.folder where the suppliers’ folders are; this room when left out
 */
export async function startGpSystemSimulators(
  house: SimulatorHouse,
  options: { readonly port: number; readonly folder?: string | undefined },
): Promise<GpSystemSimulators> {
  if (house.settings.mode === 'production') throw new Error('simulated GP systems are for sandboxes');
  const plugs = await loadSupplierPlugs(options.folder);
  const served = new Map(plugs.map((plug) => [plug.id, openServed(house, plug)]));
  const server = createServer((request, response) => {
    serve(house, served, { request, response }).catch((error: unknown) => {
      house.log.error({ err: error }, 'a simulated GP system failed');
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    environment: simulatedEnvironment(plugs, port),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

interface Served {
  readonly id: string;
  readonly simulator: SupplierSimulator;
  readonly world: SimulatedWorld;
}

function openServed(house: SimulatorHouse, { id, simulator }: SupplierPlug): Served {
  const desk = openDesk(house, { supplierId: id, newDetails: simulator.newDetails });
  return { id, simulator, world: { desk, clock: house.clock } };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function serve(
  { database }: SimulatorHouse,
  served: ReadonlyMap<string, Served>,
  { request, response }: Exchange,
): Promise<void> {
  const [, id = '', path = ''] = /^\/([^/?]+)([^?]*)/u.exec(request.url ?? '') ?? [];
  const one = served.get(id);
  const body = await readBody(request);
  if (one === undefined || body === undefined) return send(response, notFound);
  const asked: SimulatedRequest = {
    method: request.method ?? '',
    path,
    query: new URLSearchParams(/\?(.*)$/u.exec(request.url ?? '')?.[1]),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
    ),
    body,
  };
  const { simulator, world } = one;
  const answer = () => simulator.answer(world, asked);
  const operation = simulator.operationOf(asked);
  const fault = await takeFault(database.db, { supplierId: id, operation });
  const kind = gpSystemFaultKinds.find((known) => known === fault?.kind);
  if (kind === undefined) return send(response, await answer());
  if (kind === 'refuse') return send(response, simulator.refuse(fault?.supplierCode ?? '', asked));
  return misbehave(response, kind, answer);
}

const notFound: SimulatedReply = { status: 404, type: 'text/plain', body: 'Not found' };

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue;
    bytes += part.length;
    if (bytes > mostBodyBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function send(response: ServerResponse, { status, type, body }: SimulatedReply): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

async function misbehave(
  response: ServerResponse,
  kind: Exclude<GpSystemFaultKind, 'refuse'>,
  answer: () => Promise<SimulatedReply>,
): Promise<void> {
  const plain = (status: number, body: string): void =>
    send(response, { status, type: 'text/html', body: `<html><body>${body}</body></html>` });
  switch (kind) {
    case 'fail':
      return plain(500, 'Internal Server Error');
    case 'unavailable':
      return plain(503, 'Service Unavailable');
    case 'too-many':
      return plain(429, 'Too Many Requests');
    case 'malformed':
      return plain(200, 'Welcome');
    case 'stall':
      return;
    case 'slow':
      await wait(slowMs);
      return send(response, await answer());
    case 'lost':
      await answer();
      response.destroy();
      return;
    case 'half': {
      const whole = Buffer.from((await answer()).body);
      response.writeHead(200, { 'content-length': String(whole.length) });
      response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy());
    }
  }
}
