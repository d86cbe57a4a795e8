import type { IncomingHttpHeaders } from 'node:http';
import type { Explanation } from '#foundation/http';

/** Where services come to, or send people to. `return` is the way back from the journeys to the service. */
export type ServiceEndpoint =
  | 'authorize'
  | 'return'
  | 'par'
  | 'token'
  | 'revoke'
  | 'userinfo'
  | 'sign-out'
  | 'discovery'
  | 'keys';

/** What became of a request. */
export type ServiceAnswer =
  | {
      readonly outcome: 'refused';
      readonly status: number;
      readonly error: string;
      readonly description: string | undefined;
      /** Told to the service by a redirect, and not to the person on a page. */
      readonly byRedirect: boolean;
    }
  /** The person has something to do first. */
  | { readonly outcome: 'waiting'; readonly prompt: string; readonly reasons: readonly string[] }
  | {
      readonly outcome: 'code';
      readonly vot: string;
      readonly scopes: readonly string[];
      /** Without a page having been shown. */
      readonly isSilent: boolean;
    }
  | { readonly outcome: 'served'; readonly scopes: readonly string[] };

/** What the person has done, when a request comes back from the journeys. */
export interface PersonsPart {
  readonly did: 'sign-in' | 'agree' | 'refuse';
  /** How they are signed in. */
  readonly factors: readonly string[];
}

/** Who sent a request, as far as HTTP tells. */
export interface Caller {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/**
 * A request that came from or for a service, and how it is answered. It holds secrets and details of people, as they were
 * sent: who gets it must neither keep nor show those.
 */
export interface ServiceRequest {
  readonly endpoint: ServiceEndpoint;
  readonly caller: Caller;
  readonly method: string;
  /** Every parameter as it came, also those that came twice. */
  readonly params: readonly (readonly [name: string, value: string])[];
  /** Damaged, or too large: then there are no parameters, although some were sent. */
  readonly isUnreadable?: boolean;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  /** The client that the request was found to be of; a refused one may have been of nobody. */
  readonly clientId: string | undefined;
  /** Requests that share one of these belong to the same sign-in. Nothing can be done with them. */
  readonly ties: readonly string[];
  readonly person?: PersonsPart;
  readonly answer: ServiceAnswer;
}

/**
 * Hears of every request of a service.
 *
 * @returns what the answer to a refused request is to say besides
 */
export type ObserveService = (request: ServiceRequest) => Promise<Explanation | undefined>;

/** Adds to a refusal, as JSON, what explains it. @see RFC 6749 §5.2 for `error_uri` */
export function withExplanation(body: object, explanation: Explanation | undefined): object {
  if (explanation === undefined) return body;
  return { ...body, error_uri: explanation.address, explanation: explanation.findings };
}
