import { createPrivateKey } from 'node:crypto';
import type { House } from '#foundation/deps';
import { startStopwatch } from '#foundation/clock';
import { createBreaker, type Breaker } from './breaker.ts';
import { openConnections, type Outgoing, type Received } from './connection.ts';
import { createApplicationToken, type ApplicationToken, type Credentials, type PostForm } from './token.ts';

export type RegisterHouse = Pick<House, 'settings' | 'clock' | 'log' | 'database' | 'secrets' | 'metrics'>;

/** What a request to the register or the platform in front of it is for. */
export type Operation = 'trace' | 'read' | 'update' | 'token';

/** The way to the national register. */
export interface Register {
  readonly house: RegisterHouse;
  /** The FHIR API's address, without a slash at its end. */
  readonly url: string;
  readonly odsCode: string | undefined;
  readonly perSecond: number;
  readonly requestMs: number;
  readonly callMs: number;
  readonly credentials: Credentials;
  readonly token: ApplicationToken;
  readonly breaker: Breaker;
  /** Sends a request, and counts it. */
  readonly send: (
    operation: Operation,
    outgoing: Outgoing,
    limits: { readonly timeoutMs: number },
  ) => Promise<Received>;
  readonly postForm: PostForm;
}

/** What every application may ask of the API platform until more was agreed. */
const usualPerSecond = 5;

/**
 * Opens the way to the national register, as the settings say. It asks nothing yet.
 *
 * @returns undefined when the settings have none
 */
export function openRegister(house: RegisterHouse): Register | undefined {
  const { settings, metrics, clock } = house;
  const { pdsUrl, pdsTokenUrl, pdsApiKey, pdsKeyId, pdsPrivateKey } = settings;
  if (
    pdsUrl === undefined ||
    pdsTokenUrl === undefined ||
    pdsApiKey === undefined ||
    pdsKeyId === undefined ||
    pdsPrivateKey === undefined
  )
    return undefined;
  const connections = openConnections();
  const send: Register['send'] = async (operation, outgoing, limits) => {
    const passed = startStopwatch();
    const received = await connections(outgoing, limits);
    const result = received.outcome === 'answered' ? String(received.status) : received.reason;
    metrics.outgoingSeconds.observe({ system: 'pds', operation, result }, passed() / 1000);
    return received;
  };
  const postForm: PostForm = (form, limits) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const outgoing = { method: 'POST', url: new URL(pdsTokenUrl), headers, body: form.toString() } as const;
    return send('token', outgoing, limits);
  };
  const credentials: Credentials = {
    tokenUrl: pdsTokenUrl,
    apiKey: pdsApiKey,
    keyId: pdsKeyId,
    privateKey: createPrivateKey(pdsPrivateKey),
  };
  const requestMs = settings.pdsRequestSeconds * 1000;
  return {
    house,
    url: pdsUrl,
    odsCode: settings.pdsOdsCode,
    perSecond: settings.pdsRequestsPerSecond ?? usualPerSecond,
    requestMs,
    callMs: settings.pdsCallSeconds * 1000,
    credentials,
    token: createApplicationToken({ clock, credentials, postForm, requestMs }),
    breaker: createBreaker(),
    send,
    postForm,
  };
}
