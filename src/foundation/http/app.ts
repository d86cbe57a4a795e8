import cookie from '@fastify/cookie';
import type { House } from '#foundation/deps';
import { secretsEqual } from '#foundation/security';
import { isStorageUnavailable } from '#foundation/storage';
import { isLanguage, type Assets, type Pages } from '#foundation/web';
import { fastify, type FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { readForms } from './forms.ts';
import { setSecurityHeaders, writeSecurityHeaders } from './headers.ts';
import { answerFaults, createProblemPages, pathOf, restOfQuery, type ProblemPages } from './problems.ts';
import { uploadSeconds } from './uploads.ts';
import { createVisitors, type Visitors } from './visitor.ts';

/** What a room needs to answer people: the house, and how to show pages and know browsers. */
export interface Web {
  readonly app: FastifyInstance;
  readonly house: House;
  readonly pages: Pages;
  readonly visitors: Visitors;
  readonly problems: ProblemPages;
}

const maxBodyBytes = 64 * 1024;
const maxPathPartCharacters = 512;
/** Within this time a request has to have come as a whole, but for files on routes that take them. */
const bodySeconds = 30;

/** Creates the HTTP application with everything that all rooms share; rooms mount their routes on it. */
export async function createWeb(house: House, parts: { pages: Pages; assets: Assets }): Promise<Web> {
  const https = house.settings.issuer.startsWith('https:');
  const app = fastify({
    bodyLimit: maxBodyBytes,
    trustProxy: house.settings.trustedProxies.length > 0 ? [...house.settings.trustedProxies] : false,
    // Of all that is received; most of it has to come sooner, which `limitBodyTimes` sees to.
    requestTimeout: uploadSeconds * 1000,
    http: { headersTimeout: bodySeconds * 1000 },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: maxPathPartCharacters },
    // Addresses that can't be read reach no route, and so none of the hooks.
    frameworkErrors: (error, request, reply) => {
      request.cookies = app.parseCookie(request.headers.cookie ?? '');
      writeSecurityHeaders(reply.raw, { https });
      void problems.send(request, reply, 'not-found', {
        status: error.statusCode ?? 400,
        reference: 'CID0404',
      });
    },
  });
  await app.register(cookie);
  const visitors = createVisitors(house, { https });
  const problems = createProblemPages({ pages: parts.pages, visitors });
  setSecurityHeaders(app, { https });
  limitBodyTimes(app);
  readForms(app);
  answerFaults(app, house, problems);
  measureRequests(app, house);
  endConnectionsOnClose(app);
  switchLanguage(app, visitors);
  serveAssets(app, parts.assets);
  serveOperators(app, house);
  return { app, house, pages: parts.pages, visitors, problems };
}

function measureRequests(app: FastifyInstance, house: House): void {
  app.addHook('onRequest', (request, reply, done) => {
    const started = process.hrtime.bigint();
    reply.raw.once('finish', () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      const route = request.routeOptions.url ?? 'none';
      const status = `${Math.floor(reply.raw.statusCode / 100)}xx`;
      house.metrics.requestSeconds.observe({ route, method: request.method, status }, seconds);
      house.log.debug({ route, method: request.method, status: reply.raw.statusCode, seconds }, 'request');
    });
    done();
  });
}

/** Ends connections on which a body comes too slowly, so that nobody can hold many open at no cost. */
function limitBodyTimes(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { raw, headers } = request;
    const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
    if (!hasBody) return done();
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const seconds = (isForm ? undefined : request.routeOptions.config.bodySeconds) ?? bodySeconds;
    const timer = setTimeout(() => {
      if (raw.complete) return;
      if (!reply.raw.headersSent)
        raw.socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
      raw.socket.destroySoon();
    }, seconds * 1000);
    timer.unref();
    // Also when an answer was given before all of it has come: the rest may not come for ever.
    raw.once('close', () => {
      clearTimeout(timer);
    });
    return done();
  });
}

/**
 * Closing waits for requests under way. A connection that its client would then keep for later ones must not hold it up
 * until it times out, more than a minute later.
 */
function endConnectionsOnClose(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.raw.once('close', () => {
      if (!app.server.listening) app.server.closeIdleConnections();
    });
    done();
  });
}

/** `?lang=cy` on any page: remembers the choice and shows the page again without it. */
function switchLanguage(app: FastifyInstance, visitors: Visitors): void {
  app.addHook('preHandler', async (request, reply) => {
    const language = readQuery(request.query, 'lang');
    if (request.method !== 'GET' || !isLanguage(language)) return undefined;
    visitors.setLanguage(reply, language);
    const query = restOfQuery(request);
    return reply.redirect(query === '' ? pathOf(request) : `${pathOf(request)}?${query}`, 303);
  });
}

/** @returns a query value that was sent once, as text */
export function readQuery(query: unknown, name: string): string | undefined {
  if (typeof query !== 'object' || query === null) return undefined;
  const value: unknown = Reflect.get(query, name);
  return typeof value === 'string' ? value : undefined;
}

function serveAssets(app: FastifyInstance, assets: Assets): void {
  app.get('/assets/*', (request, reply) => {
    const asset = assets.find(pathOf(request));
    if (asset === undefined) return reply.callNotFound();
    const zipped = (request.headers['accept-encoding'] ?? '').includes('gzip');
    if (zipped) void reply.header('Content-Encoding', 'gzip');
    return reply
      .header('Cache-Control', 'public, max-age=31536000, immutable')
      .header('Vary', 'Accept-Encoding')
      .type(asset.type)
      .send(zipped ? asset.gzipped : asset.body);
  });
}

function serveOperators(app: FastifyInstance, house: House): void {
  app.get('/health/live', () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    try {
      await sql`SELECT 1`.execute(house.database.db);
      return { status: 'ready' };
    } catch (error) {
      if (!isStorageUnavailable(error)) throw error;
      return reply.code(503).send({ status: 'waiting for the database' });
    }
  });
  app.get('/metrics', async (request, reply) => {
    const token = house.settings.metricsToken;
    const shown = request.headers.authorization ?? '';
    const allowed =
      token === undefined ? isDirectFromThisMachine(request) : secretsEqual(shown, `Bearer ${token}`);
    if (!allowed) return reply.callNotFound();
    return reply.type(house.metrics.registry.contentType).send(await house.metrics.registry.metrics());
  });
}

/** @returns whether the request comes from this machine itself and not through a proxy on it */
export function isDirectFromThisMachine(request: {
  socket: { remoteAddress?: string | undefined };
  headers: Record<string, unknown>;
}): boolean {
  const forwarded = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'].some(
    (name) => request.headers[name] !== undefined,
  );
  return !forwarded && /^(::ffff:)?127\.|^::1$/u.test(request.socket.remoteAddress ?? '');
}
