import type { SerializeOptions } from '@fastify/cookie';
import { randomToken, secretsEqual, type Secrets } from '#foundation/security';
import { isLanguage, type Language } from '#foundation/web';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sets cookies with an answer: its reply, or what stands in for one where another writes it. */
export interface CookieSetter {
  setCookie(name: string, value: string, options: SerializeOptions): unknown;
}

/** A browser, known by a random cookie: journeys and forms belong to it. It says nothing about who sits there. */
export interface Visitors {
  /** @returns the browser's token, made and set as a cookie if it has none */
  ensure(request: FastifyRequest, reply: CookieSetter): string;
  /** @returns the browser's token, or undefined if it sent none */
  read(request: FastifyRequest): string | undefined;
  /** Takes the browser's token away: whatever belongs to it can't be reached any more. */
  forget(reply: FastifyReply): void;
  /** The hidden form field that shows that a page of ours, in this browser, made the post. */
  formToken(visitor: string): string;
  isFormToken(visitor: string, token: string | undefined): boolean;
  /** The language chosen in this browser, else the one that the service suggests, else the one its owner prefers. */
  language(request: FastifyRequest): Language;
  setLanguage(reply: FastifyReply, language: Language): void;
  /** Holds until the browser is closed or another is suggested; what somebody has chosen here counts more. */
  suggestLanguage(reply: CookieSetter, language: Language): void;
  /** Reads or sets a long-lived cookie of ours. */
  readCookie(request: FastifyRequest, name: string): string | undefined;
  setCookie(reply: FastifyReply, cookie: { name: string; value: string; expires: Date }): void;
}

/** In a sandbox somebody who was drawn may stand before a browser's camera: whom it remembers, and the script that shows them. */
export const sandboxCamera = { cookie: 'sandbox-camera', address: '/sandbox/camera.js' } as const;

const tokenPattern = /^[\w-]{43}$/u;
const secondsPerYear = 365 * 24 * 3600;

/** @param options.https whether cookies are for https only, with the `__Host-` prefix that binds them to this host */
export function createVisitors(deps: { secrets: Secrets }, options: { https: boolean }): Visitors {
  const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure: options.https } as const;
  const named = (name: string): string => (options.https ? `__Host-${name}` : name);
  const read = (request: FastifyRequest): string | undefined => {
    const token = request.cookies[named('visitor')];
    return token !== undefined && tokenPattern.test(token) ? token : undefined;
  };
  const formToken = (visitor: string): string => deps.secrets.rememberedMac('form token', visitor);
  return {
    read,
    ensure: (request, reply) => {
      const known = read(request);
      if (known !== undefined) return known;
      const token = randomToken();
      void reply.setCookie(named('visitor'), token, attributes);
      return token;
    },
    forget: (reply) => {
      void reply.clearCookie(named('visitor'), attributes);
    },
    formToken,
    isFormToken: (visitor, token) => token !== undefined && secretsEqual(token, formToken(visitor)),
    language: (request) => {
      const known = [request.cookies[named('language')], request.cookies[named('suggested-language')]];
      const language = known.find(isLanguage);
      if (language !== undefined) return language;
      return /^\s*cy\b/iu.test(request.headers['accept-language'] ?? '') ? 'cy' : 'en';
    },
    setLanguage: (reply, language) => {
      void reply.setCookie(named('language'), language, { ...attributes, maxAge: secondsPerYear });
    },
    suggestLanguage: (reply, language) => {
      void reply.setCookie(named('suggested-language'), language, attributes);
    },
    readCookie: (request, name) => request.cookies[named(name)],
    setCookie: (reply, cookie) => {
      void reply.setCookie(named(cookie.name), cookie.value, { ...attributes, expires: cookie.expires });
    },
  };
}
