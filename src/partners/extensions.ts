import { z } from 'zod';
import type { Client, ClientRegistration, RequestUse } from './client.ts';

export const trueOrFalse = z.boolean({ error: 'must be true or false' }).default(false);

/**
 * The members of a registration that turn on what goes beyond the contract: everything is off unless it is named here.
 * Where a standard has a word it is taken.
 *
 * @see RFC 9126 §6, RFC 9101 §10.5, OpenID Connect Registration §2, RFC 9449 §5.2
 */
export const extensionShape = {
  use_pushed_authorization_requests: z.boolean({ error: 'must be true or false' }).optional(),
  require_pushed_authorization_requests: trueOrFalse,
  request_object_signing_alg: z
    .literal('RS512', { error: 'must be RS512, the only algorithm of request objects, or left out' })
    .optional(),
  require_signed_request_object: trueOrFalse,
  dpop_bound_access_tokens: trueOrFalse,
  use_token_revocation: trueOrFalse,
  fido_uaf_app_ids: z
    .array(
      z
        .string({ error: 'must be text' })
        .min(1, 'must not be empty')
        .max(512, 'must not be longer than 512 characters'),
      {
        error: 'must be a list of what the service’s app calls itself, or left out',
      },
    )
    .max(10, 'must not be more than 10')
    .optional(),
};
const extensions = z.object(extensionShape);
type WireExtensions = z.output<typeof extensions>;

/** Says which members contradict each other. */
export function complainOfExtensions(wire: WireExtensions, context: z.RefinementCtx): void {
  const complain = (member: keyof WireExtensions, message: string) =>
    context.addIssue({ code: 'custom', path: [member], message });
  if (wire.require_pushed_authorization_requests && wire.use_pushed_authorization_requests === false) {
    complain(
      'require_pushed_authorization_requests',
      'must be false as well when use_pushed_authorization_requests is false',
    );
  }
  if (wire.require_signed_request_object && wire.request_object_signing_alg === undefined)
    complain('require_signed_request_object', 'needs request_object_signing_alg: RS512');
}

type Extensions = Pick<
  ClientRegistration,
  'pushedRequests' | 'signedRequests' | 'dpopBound' | 'tokenRevocation' | 'fidoUafAppIds'
>;

/** @returns the extensions in the house's own names */
export function extensionsOf(wire: WireExtensions): Extensions {
  const { use_pushed_authorization_requests: use, require_pushed_authorization_requests: require } = wire;
  const isSigning = wire.request_object_signing_alg !== undefined;
  return {
    pushedRequests: useOf(use === true, require),
    signedRequests: useOf(isSigning, wire.require_signed_request_object),
    dpopBound: wire.dpop_bound_access_tokens,
    tokenRevocation: wire.use_token_revocation,
    fidoUafAppIds: wire.fido_uaf_app_ids,
  };
}

function useOf(isAllowed: boolean, isRequired: boolean): RequestUse | undefined {
  if (isRequired) return 'required';
  return isAllowed ? 'allowed' : undefined;
}

/** @returns a client's extensions as the wire shows them */
export function extensionsOnTheWire(client: Client) {
  return {
    use_pushed_authorization_requests: client.pushedRequests !== undefined,
    require_pushed_authorization_requests: client.pushedRequests === 'required',
    ...(client.signedRequests === undefined ? {} : { request_object_signing_alg: 'RS512' }),
    require_signed_request_object: client.signedRequests === 'required',
    dpop_bound_access_tokens: client.dpopBound === true,
    use_token_revocation: client.tokenRevocation === true,
    ...(client.fidoUafAppIds === undefined ? {} : { fido_uaf_app_ids: client.fidoUafAppIds }),
  };
}
