import { createPublicKey } from 'node:crypto';
import path from 'node:path';
import { releasableScopes } from '#consent';
import type { Deps } from '#foundation/deps';
import {
  clientOnTheWire,
  clientRegistration,
  readClient,
  registerClient,
  updateClient,
  type Client,
} from '#partners';
import { readOrMakeKey } from './kept-key.ts';

/** What the demo connected service has to be started with. */
export interface DemoClient {
  readonly clientId: string;
  /** PKCS#8 in PEM, readable by its owner only. */
  readonly privateKeyFile: string;
}

export const demoClientId = 'riverbank-appointments';

/**
 * Registers the demo connected service, or brings its registration up to date. Its key pair is made once and kept in
 * the data folder.
 *
 * @param demo.origin where browsers reach it, such as `http://localhost:3001`
 */
export async function registerDemoClient(deps: Deps, demo: { readonly origin: string }): Promise<DemoClient> {
  const { file: privateKeyFile, pem } = await readOrMakeKey(
    path.join(deps.settings.dataFolder, 'demo-service'),
  );
  const registration = clientRegistration(deps.settings).parse({
    client_name: 'Riverbank Appointments',
    redirect_uris: [`${demo.origin}/callback`],
    public_key_pem: createPublicKey(pem).export({ format: 'pem', type: 'spki' }).toString(),
    scopes: releasableScopes.filter((scope) => scope !== 'basic_demographics'),
    im1_enabled: true,
    client_uri: `${demo.origin}/`,
    policy_uri: `${demo.origin}/about#privacy`,
    assurances: {
      benefit: {
        en: 'You can book a GP appointment at any time, without waiting on the phone.',
        cy: 'Gallwch drefnu apwyntiad gyda meddyg teulu ar unrhyw adeg, heb aros ar y ffôn.',
      },
      nhs_body: { name: 'Made-up Vale Integrated Care Board', relation: 'commissioned' },
      free_at_point_of_delivery: true,
    },
    listing: {
      description: {
        en: 'Book, change and cancel appointments at your GP surgery. A demonstration: it books nothing.',
        cy: 'Trefnu, newid a chanslo apwyntiadau yn eich meddygfa. Arddangosiad: nid yw’n trefnu dim.',
      },
      operator: 'Riverbank Made-up Software',
      languages: ['en'],
      help_uri: `${demo.origin}/about#help`,
      accessibility_uri: `${demo.origin}/about#accessibility`,
    },
  });
  const found = await readClient(deps, demoClientId);
  if (found === undefined) {
    await registerClient(deps, registration, { clientId: demoClientId });
  } else if (isDifferent(found, { ...found, ...registration })) {
    await updateClient(deps, demoClientId, registration);
  }
  return { clientId: demoClientId, privateKeyFile };
}

function isDifferent(one: Client, other: Client): boolean {
  return JSON.stringify(clientOnTheWire(one)) !== JSON.stringify(clientOnTheWire(other));
}
