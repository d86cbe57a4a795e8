import { parseVtr, type Vector } from '#identity';
import { errors, type KoaContextWithOIDC, type UnknownObject } from 'oidc-provider';
import { rulesOf, type ClientRules } from '../engine/client-metadata.ts';
import { EngineRequest, RehearsalPassed } from '../engine/engine-request.ts';
import { isThumbprint } from '../tokens/dpop.ts';

/** Longer values are no use to anybody, and would have to be carried through addresses and rows. */
const mostCharacters = 2048;
/** Parameters whose length is limited here; the engine or `vtr`'s own rules limit the others. */
const limitedParameters = ['state', 'nonce', 'login_hint', 'ui_locales', 'acr_values', 'display'] as const;
/** One gives the NHS number, the other is for those who must not have it. */
const conflictingScopes = ['profile', 'basic_demographics'] as const;

/**
 * The rules of an authorization request that the engine does not know. It calls this with every request, with or
 * without a `vtr`.
 *
 * @throws {errors.InvalidRequest} something is missing, too long or not permitted
 * @throws {errors.InvalidScope} without `openid`, or scopes that exclude each other
 */
export function checkRequest(ctx: KoaContextWithOIDC): void {
  const { req } = ctx;
  if (req instanceof EngineRequest && req.refusal !== undefined) throw req.refusal;
  const params = ctx.oidc.params ?? {};
  const { client } = ctx.oidc;
  if (client === undefined) throw new Error('the engine checks requests of known clients only');
  const rules = rulesOf(client);
  if (req instanceof EngineRequest) checkOrigin(req, rules);
  for (const name of limitedParameters) {
    const value = params[name];
    if (typeof value === 'string' && value.length > mostCharacters) {
      throw new errors.InvalidRequest(`${name} must not be longer than ${mostCharacters} characters`);
    }
  }
  if (params['response_mode'] !== undefined && params['response_mode'] !== 'query') {
    throw new errors.InvalidRequest('response_mode must be query');
  }
  if (params['state'] === undefined) throw new errors.InvalidRequest('missing required parameter state');
  if (params['nonce'] === undefined && rules.requireNonce) {
    throw new errors.InvalidRequest('missing required parameter nonce');
  }
  const scopes = ctx.oidc.requestParamScopes;
  if (!scopes.has('openid')) throw new errors.InvalidScope('scope must contain openid', 'openid');
  if (conflictingScopes.every((scope) => scopes.has(scope))) {
    throw new errors.InvalidScope(
      `${conflictingScopes.join(' and ')} exclude each other`,
      conflictingScopes.join(' '),
    );
  }
  const { dpop_jkt: jkt } = params;
  if (rules.dpopBound && typeof jkt === 'string' && !isThumbprint(jkt))
    throw new errors.InvalidRequest('dpop_jkt must be the thumbprint of a key (RFC 7638)');
  readVectors(params, rules);
  if (req instanceof EngineRequest && req.rehearsal !== undefined) throw new RehearsalPassed();
}

/** A service that is registered to push or sign every request makes none in another way. */
function checkOrigin({ origin }: EngineRequest, rules: ClientRules): void {
  if (rules.pushedRequests === 'required' && !origin.isPushed)
    throw new errors.InvalidRequest('this client must push its requests, and send the request_uri');
  if (rules.signedRequests === 'required' && !origin.isSigned)
    throw new errors.InvalidRequest('this client must sign its requests, and send them as request');
}

/**
 * Reads what a request asks for.
 *
 * @throws {errors.InvalidRequest} saying which vector is to blame, and why
 */
export function readVectors(params: UnknownObject, rules: ClientRules): readonly Vector[] {
  const { vtr } = params;
  const reading = parseVtr(typeof vtr === 'string' ? vtr : undefined, {
    permitted: rules.vectors,
    levels: rules.levels,
  });
  if (reading.outcome === 'valid') return reading.vectors;
  throw new errors.InvalidRequest(`vtr: ${reading.vector} ${reading.reason}`);
}
