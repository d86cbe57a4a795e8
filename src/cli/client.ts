import { readFile } from 'node:fs/promises';
import {
  clientOnTheWire,
  clientRegistration,
  listClients,
  registerClient,
  removeClient,
  updateClient,
} from '#partners';
import { asOperator, OperatorError, type OperatorTools } from '../operator.ts';

const usage = `Registers connected services.

  client list                          every service, one JSON line each
  client add FILE                      registers the service that the JSON file describes; prints it with its client_id
  client change CLIENT_ID FILE         replaces a registration
  client remove CLIENT_ID              removes a registration; people can no longer sign in to that service

The file holds client_name, redirect_uris, public_key_pem or jwks or jwks_uri, assurances, scopes, vectors, nations, client_uri,
tos_uri, policy_uri, listing… docs/registration.md explains every member.`;

await asOperator(async (tools) => {
  const [command, ...rest] = process.argv.slice(2);
  const [first = '', second = ''] = rest;
  if (command === 'list') {
    for (const client of await listClients(tools.database)) print(clientOnTheWire(client));
  } else if (command === 'add' && first !== '') {
    const registration = await readRegistration(tools, first);
    print(clientOnTheWire(await tools.transact((deps) => registerClient(deps, registration))));
  } else if (command === 'change' && second !== '') {
    const registration = await readRegistration(tools, second);
    const changed = await tools.transact((deps) => updateClient(deps, first, registration));
    if (changed === undefined) throw new OperatorError(`There is no client “${first}”.`);
    print(clientOnTheWire(changed));
  } else if (command === 'remove' && first !== '') {
    const removed = await tools.transact((deps) => removeClient(deps, first));
    if (!removed) throw new OperatorError(`There is no client “${first}”.`);
  } else {
    throw new OperatorError(usage);
  }
});

async function readRegistration({ settings }: OperatorTools, file: string) {
  let described: unknown;
  try {
    described = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new OperatorError(`${file} could not be read as JSON.`, { cause });
  }
  const registration = clientRegistration(settings).safeParse(described);
  if (registration.success) return registration.data;
  const lines = registration.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new OperatorError(`${file} can’t be registered:\n${lines.join('\n')}`);
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
