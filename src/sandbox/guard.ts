import type { House } from '#foundation/deps';
import { isDirectFromThisMachine } from '#foundation/http';
import type { Caller } from '#openid';
import type { FastifyRequest } from 'fastify';

/** Why a call is not answered. */
export interface Refusal {
  readonly error: 'not_from_this_machine' | 'unknown_host' | 'cross_site';
  readonly error_description: string;
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Decides whether a call may reach the sandbox: from this machine only, unless the settings open it to the network; and
 * never made by somebody else's web page in a browser on this machine, also not under a name that was pointed here.
 */
export function refuseStranger(house: House, request: Caller): Refusal | undefined {
  const { sandboxOpenToNetwork, issuer } = house.settings;
  const host = hostOf(`http://${request.headers.host ?? ''}`);
  if (!sandboxOpenToNetwork) {
    if (!isDirectFromThisMachine(request)) {
      return {
        error: 'not_from_this_machine',
        error_description:
          'The sandbox answers this machine only. Set BEVAN_SANDBOX_OPEN_TO_NETWORK=true to open it.',
      };
    }
    const names = [...loopbackNames, new URL(issuer).hostname];
    if (host === undefined || !names.includes(host.name)) {
      return {
        error: 'unknown_host',
        error_description: 'The sandbox is reached as localhost, or as its issuer says.',
      };
    }
  }
  if (isCrossSite(request, host)) {
    return { error: 'cross_site', error_description: 'The sandbox does not answer other sites’ pages.' };
  }
  return undefined;
}

/** No text in the database holds a NUL, so an address with one leads nowhere. */
export function holdsNul(request: FastifyRequest): boolean {
  return request.url.includes('%00');
}

interface Host {
  readonly name: string;
  readonly port: string;
}

function hostOf(address: string): Host | undefined {
  if (!URL.canParse(address)) return undefined;
  const { hostname: name, port } = new URL(address);
  return { name, port };
}

/** A browser says where a request comes from; programs say nothing, or what they like. */
function isCrossSite(request: Caller, host: Host | undefined): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return false;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin } = request.headers;
  if (origin === undefined) return false;
  const from = hostOf(origin);
  return from === undefined || from.name !== host?.name || from.port !== host.port;
}
