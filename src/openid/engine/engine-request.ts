import { IncomingMessage } from 'node:http';
import type { Sharing } from '#consent';
import type { Client } from '#partners';
import { errors } from 'oidc-provider';

/** Headers that the engine has a use for; it sees no others. */
const passedOn = ['cookie', 'accept'] as const;

/** How an authorization request came here, which the engine doesn't see. */
export interface RequestOrigin {
  /** The service pushed it, and the browser brought only its name. */
  readonly isPushed: boolean;
  /** The service signed it. */
  readonly isSigned: boolean;
}

/** What a request tells the engine of an interaction that waits. */
export interface ToldOfInteraction {
  /** Changes what the engine keeps, as it keeps it. */
  readonly tell: () => Promise<void>;
  /** The ticket that it came with, which is used up with what the engine writes; undefined if it is used already. */
  readonly ticketId: Buffer | undefined;
}

const plain: RequestOrigin = { isPushed: false, isSigned: false };

/** A request as the engine sees it, with what our own rules of a request need to know. */
export class EngineRequest extends IncomingMessage {
  origin: RequestOrigin = plain;
  /** The registration of the service, as it was read for this request. */
  client: Client | undefined;
  /** What somebody shares with the service that is named, where that was read for this request. */
  sharing: { readonly clientId: string; readonly sharing: Sharing } | undefined;
  /** Before it goes on with the request, the engine is told this. */
  told: ToldOfInteraction | undefined;
  /** What is wrong with a request of which the engine sees only where to tell it. */
  refusal: errors.OIDCProviderError | undefined;
  /** Told instead of what the browser would be shown, when a request is only tried. */
  rehearsal: { error: Error | undefined } | undefined;
}

/** Stops a request that is only tried, where the engine would begin to answer it. */
export class RehearsalPassed extends errors.CustomOIDCProviderError {
  constructor() {
    super('rehearsal_passed', 'the request would be answered');
  }
}

/** Keeps what the engine says of a request that is only tried. @returns whether it is one */
export function noteRehearsal(request: IncomingMessage, error: Error): boolean {
  if (!(request instanceof EngineRequest) || request.rehearsal === undefined) return false;
  request.rehearsal.error = error;
  return true;
}

/**
 * Makes the request that the engine sees: its host and scheme are the issuer's, whatever the client claims, so that no
 * address that the engine makes leads anywhere else. It never has a body.
 *
 * @param seen.url path and query
 * @param seen.accept replaces what the client accepts, for endpoints that only speak JSON
 */
export function engineRequest(
  raw: IncomingMessage,
  seen: { issuer: string; url: string; accept?: string },
): EngineRequest {
  const issuer = new URL(seen.issuer);
  const request = new EngineRequest(raw.socket);
  request.method = raw.method;
  // HTTP allows a whole address here, and the engine would take its host from it.
  request.url = seen.url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/iu, '');
  request.httpVersion = raw.httpVersion;
  for (const name of passedOn) {
    const value = raw.headers[name];
    if (value !== undefined) request.headers[name] = value;
  }
  request.headers.host = issuer.host;
  request.headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1);
  if (seen.accept !== undefined) request.headers.accept = seen.accept;
  request.push(null);
  request.complete = true;
  return request;
}
