import type { House } from '#foundation/deps';
import { checkGpCredentialsLater, saysTwoFactors } from '#identity';
import { errors, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { rulesOf } from './client-metadata.ts';
import type { RequestWrites, StoreWrites } from './request-writes.ts';
import { cacheForServices, discoveryCorrections } from '../endpoints/discovery.ts';

/** Shows an error that can't be told to the service by a redirect. */
export type RenderError = NonNullable<Configuration['renderError']>;

export interface AroundParts {
  readonly house: House;
  readonly renderError: RenderError;
  /** Told of every answer but those that `renderError` gives; in a sandbox only. */
  readonly observeAnswer?: ((ctx: KoaContextWithOIDC) => Promise<void>) | undefined;
  /** Sends a browser whose request has to wait straight to the first page, if it can. @returns whether it has stored the writes */
  readonly beginAtOnce: (ctx: KoaContextWithOIDC, store: StoreWrites) => Promise<boolean>;
}

/** What happens around every request of the engine's. */
export async function around(
  {
    house,
    renderError,
    observeAnswer,
    beginAtOnce,
    writes,
  }: AroundParts & { readonly writes: RequestWrites },
  ctx: KoaContextWithOIDC,
  next: () => Promise<void>,
): Promise<void> {
  try {
    await writes.around(ctx, next, (store) => beginAtOnce(ctx, store));
    const { route } = ctx.oidc;
    if (route === 'resume' && ctx.oidc.session?.state !== undefined) await letTheLastStay(ctx);
    if (route === 'discovery') {
      ctx.body = { ...described(ctx.body), ...discoveryCorrections(house.settings.issuer, ctx.path) };
      ctx.set('Cache-Control', cacheForServices);
    }
    await recordGrant(house, ctx);
    await askForGpCredentials(house, ctx);
    await observeAnswer?.(ctx);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const out = error instanceof errors.OIDCProviderError ? error : { error: 'server_error' };
    await renderError(ctx, out, error);
  }
}

/**
 * Somebody else has signed in between the end of a journey and its way back to the engine. The engine has a page for
 * it, on which the browser is to end the other's session by itself; here it is ended at once, and the way taken again.
 */
async function letTheLastStay(ctx: KoaContextWithOIDC): Promise<void> {
  await ctx.oidc.session?.destroy();
  ctx.status = 303;
  ctx.redirect(ctx.path);
}

function described(body: unknown): object {
  return typeof body === 'object' && body !== null ? body : {};
}

/** Each time that a service is given a code, the person may want to know later. */
async function recordGrant(house: House, ctx: KoaContextWithOIDC): Promise<void> {
  const { AuthorizationCode: code, Interaction: interaction } = ctx.oidc.entities;
  if (code?.accountId === undefined || code.clientId === undefined) return;
  await house.deps.audit({
    type: 'authorization.granted',
    accountId: code.accountId,
    clientId: code.clientId,
    details: { vot: code.acr ?? '', scopes: [...code.scopes], silent: interaction === undefined },
  });
}

const gpCredentialsScope = 'gp_integration_credentials';

/**
 * When a service may be given somebody's GP credentials, these are checked meanwhile. Should that not be possible, nobody is
 * kept from signing in by it.
 */
async function askForGpCredentials(house: House, ctx: KoaContextWithOIDC): Promise<void> {
  const { AuthorizationCode: code } = ctx.oidc.entities;
  const { client } = ctx.oidc;
  if (code?.accountId === undefined || client === undefined || !code.scopes.has(gpCredentialsScope)) return;
  const vot = code.acr ?? '';
  if (!vot.startsWith('P9') || !saysTwoFactors(vot) || !rulesOf(client).im1Enabled) return;
  try {
    await checkGpCredentialsLater(house.deps, code.accountId);
  } catch (error) {
    house.log.error({ err: error }, 'GP credentials are not checked');
  }
}
