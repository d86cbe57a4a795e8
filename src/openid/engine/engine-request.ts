import { IncomingMessage } from 'node:http';

/** Headers that the engine has a use for; it sees no others. */
const passedOn = ['cookie', 'accept'] as const;

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
): IncomingMessage {
  const issuer = new URL(seen.issuer);
  const request = new IncomingMessage(raw.socket);
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
