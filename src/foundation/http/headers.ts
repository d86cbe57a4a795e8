import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/**
 * The content security policy of a page.
 *
 * @param formTargets origins, besides our own, to which a form's answer may lead: a browser applies `form-action` to
 *   the whole chain of redirects, and the last one goes to the connected service
 * @param options.showsMedia the page shows videos, or pictures that a script has made
 */
export function contentSecurityPolicy(
  formTargets: readonly string[] = [],
  { showsMedia = false }: { readonly showsMedia?: boolean | undefined } = {},
): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    showsMedia ? "img-src 'self' data: blob:" : "img-src 'self' data:",
    ...(showsMedia ? ["media-src 'self' blob:"] : []),
    "font-src 'self'",
    "connect-src 'self'",
    ["form-action 'self'", ...formTargets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/** Writes the headers that every answer carries. */
export function writeSecurityHeaders(response: ServerResponse, options: { https: boolean }): void {
  for (const [name, value] of everyAnswer) response.setHeader(name, value);
  if (options.https) response.setHeader('Strict-Transport-Security', 'max-age=63072000; includeSubDomains');
}

const everyAnswer = [
  ['Content-Security-Policy', contentSecurityPolicy()],
  ['Cache-Control', 'no-store'],
  ['Referrer-Policy', 'same-origin'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=()'],
] as const;

/** The permissions policy of a page that takes pictures or videos with the device's own camera. */
export const capturePermissions = 'camera=(self), microphone=(self), geolocation=(), payment=()';

/** Sets the security headers on every answer, also on those that the OpenID engine writes itself. */
export function setSecurityHeaders(app: FastifyInstance, options: { https: boolean }): void {
  app.addHook('onRequest', (_request, reply, done) => {
    writeSecurityHeaders(reply.raw, options);
    done();
  });
}
