import type { FastifyInstance } from 'fastify';

/**
 * The content security policy of a page.
 *
 * @param formTargets origins, besides our own, to which a form's answer may lead: a browser applies `form-action` to
 *   the whole chain of redirects, and the last one goes to the connected service
 */
export function contentSecurityPolicy(formTargets: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    ["form-action 'self'", ...formTargets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/** Sets the security headers on every answer, also on those that the OpenID engine writes itself. */
export function setSecurityHeaders(app: FastifyInstance, options: { https: boolean }): void {
  const headers: [string, string][] = [
    ['Content-Security-Policy', contentSecurityPolicy()],
    ['Cache-Control', 'no-store'],
    ['Referrer-Policy', 'same-origin'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
    ['Permissions-Policy', 'camera=(self), microphone=(self), geolocation=(), payment=()'],
  ];
  if (options.https) headers.push(['Strict-Transport-Security', 'max-age=63072000; includeSubDomains']);
  app.addHook('onRequest', (_request, reply, done) => {
    for (const [name, value] of headers) reply.raw.setHeader(name, value);
    done();
  });
}
