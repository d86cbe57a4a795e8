import type { Deps, House } from '#foundation/deps';
import {
  clientOnTheWire,
  clientRegistration,
  listClients,
  overlayRegistration,
  readClient,
  registerClient,
  removeClient,
  updateClient,
} from '#partners';
import { z } from 'zod';
import { malformed, operation, refusal, type Operation, type Reply } from './operation.ts';

const clientSchema = z
  .object({ client_id: z.string(), client_id_issued_at: z.number(), client_name: z.string() })
  .loose();
const params = z.object({ id: z.string() });
const changesSchema = z.record(z.string(), z.unknown(), { error: 'must be a JSON object' });

const unknownClient = refusal(404, 'unknown_client', 'There is no client of this id.');
const invalidMetadata = 'invalid_client_metadata';

const reading = {
  200: { description: 'The client.', schema: clientSchema },
  404: { description: 'There is no such client.' },
};

export function clientOperations(deps: { house: House }): Operation[] {
  return [...listingOperations(deps), ...oneClientOperations(deps)];
}

function listingOperations({ house }: { house: House }): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/clients',
      summary: 'Lists the registered services.',
      input: {},
      answers: { 200: { description: 'All of them.', schema: z.array(clientSchema) } },
      handle: async () => ({ status: 200, body: (await listClients(house.deps)).map(clientOnTheWire) }),
    }),
    operation({
      method: 'POST',
      path: '/clients',
      summary: 'Registers a service.',
      input: { body: clientRegistration(house.settings) },
      bodyError: invalidMetadata,
      answers: {
        201: { description: 'The client, with the id that it was given.', schema: clientSchema },
        400: { description: 'The registration does not fit.' },
      },
      handle: async ({ body }) => {
        const client = await house.transact((deps) => registerClient(deps, body));
        return { status: 201, body: clientOnTheWire(client) };
      },
    }),
  ];
}

function oneClientOperations({ house }: { house: House }): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/clients/{id}',
      summary: 'Shows one service.',
      input: { params },
      answers: reading,
      handle: async ({ params: { id } }) => {
        const client = await readClient(house.deps, id);
        return client === undefined ? unknownClient : { status: 200, body: clientOnTheWire(client) };
      },
    }),
    operation({
      method: 'PATCH',
      path: '/clients/{id}',
      summary: 'Changes the members that are given; null takes one away.',
      input: { params, body: changesSchema },
      answers: { ...reading, 400: { description: 'The changed registration does not fit.' } },
      handle: ({ params: { id }, body }) => house.transact((deps) => changeClient(deps, id, body)),
    }),
    operation({
      method: 'DELETE',
      path: '/clients/{id}',
      summary: 'Removes a service.',
      input: { params },
      answers: { 204: { description: 'Done.' }, 404: { description: 'There is no such client.' } },
      handle: async ({ params: { id } }) => {
        const removed = await house.transact((deps) => removeClient(deps, id));
        return removed ? { status: 204 } : unknownClient;
      },
    }),
  ];
}

async function changeClient(
  deps: Deps,
  id: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<Reply> {
  const found = await readClient(deps, id);
  if (found === undefined) return unknownClient;
  const registration = clientRegistration(deps.settings).safeParse(overlayRegistration(found, changes));
  if (!registration.success) return malformed(invalidMetadata, registration.error, 0);
  const client = await updateClient(deps, id, registration.data);
  return client === undefined ? unknownClient : { status: 200, body: clientOnTheWire(client) };
}
