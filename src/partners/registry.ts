import { randomBytes, randomInt } from 'node:crypto';
import type { RecordEvent } from '#foundation/audit';
import type { Clock } from '#foundation/clock';
import type { Db } from '#foundation/storage';
import type { Client, ClientRegistration } from './client.ts';
import { deleteClient, insertClient, replaceClient, selectClient, selectClients } from './store.ts';

/** What reading registrations needs. */
export interface ReadingDeps {
  readonly db: Db;
}

/** What changing registrations needs. */
export interface RegistryDeps extends ReadingDeps {
  readonly clock: Clock;
  readonly audit: RecordEvent;
}

/** Letters and digits that nobody mistakes for each other when reading them out. */
const readableLetters = '23456789abcdefghjkmnpqrstvwxyz';
const randomLetters = 10;

function newClientId(clientName: string): string {
  const words = clientName
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .slice(0, 30)
    .replaceAll(/^-+|-+$/gu, '');
  const random = Array.from({ length: randomLetters }, () =>
    readableLetters.charAt(randomInt(readableLetters.length)),
  );
  return `${words === '' ? 'service' : words}-${random.join('')}`;
}

const directoryIdBytes = 8;

/** A service keeps its id in the directory for as long as it is listed. The public never learns its client id. */
function directoryIdFor({ listing }: ClientRegistration, known?: string): string | undefined {
  return listing === undefined ? undefined : (known ?? randomBytes(directoryIdBytes).toString('hex'));
}

/**
 * Registers a connected service.
 *
 * @param registration as `clientRegistration` gave it
 * @param options.clientId an id to keep, for a service whose id is already configured elsewhere; otherwise a new one
 *   is allocated: the name's words and ten random letters. It must be free.
 */
export async function registerClient(
  deps: RegistryDeps,
  registration: ClientRegistration,
  options: { readonly clientId?: string } = {},
): Promise<Client> {
  const clientId = options.clientId ?? newClientId(registration.clientName);
  const directoryId = directoryIdFor(registration);
  const client: Client = { ...registration, clientId, createdAt: deps.clock.now(), directoryId };
  await insertClient(deps.db, client);
  await deps.audit({ type: 'client.registered', clientId });
  return client;
}

/** @returns the service's registration, or undefined if no service has this id */
export function readClient(deps: ReadingDeps, clientId: string): Promise<Client | undefined> {
  return selectClient(deps.db, clientId);
}

/** @returns every registration, the oldest first */
export function listClients(deps: ReadingDeps): Promise<Client[]> {
  return selectClients(deps.db);
}

/**
 * Replaces a service's registration.
 *
 * @returns the registration as it is now, or undefined if no service has this id
 */
export async function updateClient(
  deps: RegistryDeps,
  clientId: string,
  registration: ClientRegistration,
): Promise<Client | undefined> {
  const found = await selectClient(deps.db, clientId);
  if (found === undefined) return undefined;
  const directoryId = directoryIdFor(registration, found.directoryId);
  const client: Client = { ...registration, clientId, createdAt: found.createdAt, directoryId };
  if (!(await replaceClient(deps.db, client))) return undefined;
  await deps.audit({ type: 'client.changed', clientId });
  return client;
}

/** Removes a service's registration. @returns whether there was one */
export async function removeClient(deps: RegistryDeps, clientId: string): Promise<boolean> {
  const removed = await deleteClient(deps.db, clientId);
  if (removed) await deps.audit({ type: 'client.removed', clientId });
  return removed;
}
