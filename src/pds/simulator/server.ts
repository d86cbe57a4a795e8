import { createPublicKey } from 'node:crypto';
import type { House } from '#foundation/deps';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createRemoteJWKSet } from 'jose';
import { readAccessToken, type Access } from './access-token.ts';
import { answerWithFault, nextFault, type FaultPlace } from './faults.ts';
import { answerRead, answerSearch, type PatientDeps } from './patients.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { outcome, type Reply } from './reply.ts';
import { answerToken, type TokenEndpointDeps } from './token-endpoint.ts';
import { answerUpdate } from './update.ts';

/** What has to be known of the one application that asks. */
export interface RegisterSimulatorOptions {
  /** The port of this machine to listen on. */
  readonly port: number;
  readonly apiKey: string;
  readonly keyId: string;
  /** SPKI in PEM; a private key does, too. */
  readonly publicKey: string;
  /** How many requests in one second it takes before it answers 429. */
  readonly requestsPerSecond?: number;
}

/** The register, simulated, on this machine. */
export interface RegisterSimulator {
  /** The base of its FHIR interface. */
  readonly url: string;
  readonly tokenUrl: string;
  close(): Promise<void>;
}

type SimulatorDeps = Pick<House, 'database' | 'clock' | 'secrets' | 'settings' | 'log'>;

const fhirBase = '/personal-demographics/FHIR/R4';
const tokenPath = '/oauth2/token';
const maxBodyBytes = 64 * 1024;
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/iu;

/** @returns the addresses of a simulator that listens on this port */
export function registerSimulatorAddresses(port: number): {
  readonly url: string;
  readonly tokenUrl: string;
} {
  const origin = `http://127.0.0.1:${port}`;
  return { url: `${origin}${fhirBase}`, tokenUrl: `${origin}${tokenPath}` };
}

/**
 * Starts a server on this machine alone that speaks as the national register does: its token endpoint, search, reading
 * and update, with its errors and limits. What is in it lives in the database, and so do the faults that it is to show.
 *
 * @see NHS Personal Demographics Service, FHIR R4 API
 */
export async function startRegisterSimulator(
  house: SimulatorDeps,
  options: RegisterSimulatorOptions,
): Promise<RegisterSimulator> {
  const addresses = registerSimulatorAddresses(options.port);
  const app = fastify({ bodyLimit: maxBodyBytes, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  const { issuer } = house.settings;
  const token: TokenEndpointDeps = {
    ...house,
    db: house.database.db,
    address: addresses.tokenUrl,
    apiKey: options.apiKey,
    keys: new Map([[options.keyId, createPublicKey(options.publicKey)]]),
    issuer,
    issuerKeys: createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`)),
  };
  const limit = createRateLimit(house, options.requestsPerSecond);
  mountToken(app, token);
  mountPatients(app, house, { limit, address: `${addresses.url}/Patient` });
  answerTheRest(app, house);
  await app.listen({ port: options.port, host: '127.0.0.1' });
  return { ...addresses, close: () => app.close() };
}

function mountToken(app: FastifyInstance, deps: TokenEndpointDeps): void {
  app.post(tokenPath, async (request, reply) => {
    const answer = () => answerToken(deps, new URLSearchParams(textOf(request)));
    const fault = await nextFault(deps, 'token');
    const given = fault === undefined ? await answer() : await answerWithFault(reply, fault, answer);
    return given === 'answered' ? reply : send(reply, given, 'application/json');
  });
}

interface Mounted {
  readonly limit: RateLimit;
  readonly address: string;
}

type Answer = (deps: PatientDeps, request: FastifyRequest) => Promise<Reply>;

function mountPatients(app: FastifyInstance, house: SimulatorDeps, { limit, address }: Mounted): void {
  const { db } = house.database;
  const serve =
    (place: FaultPlace, answer: Answer) => async (request: FastifyRequest, reply: FastifyReply) => {
      mirrorIds(request, reply);
      const admitted = admit(house, request, limit);
      if ('refusal' in admitted) return send(reply, admitted.refusal);
      const fault = await nextFault({ db }, place);
      const deps = {
        db,
        now: house.clock.now(),
        address,
        access: admitted.access,
        answersWrongly: fault === 'wrong-patient',
      };
      const whole = () => answer(deps, request);
      const given = fault === undefined ? await whole() : await answerWithFault(reply, fault, whole);
      return given === 'answered' ? reply : send(reply, given);
    };
  const id = (request: FastifyRequest): string => lastPart(request.url);
  app.get(
    `${fhirBase}/Patient`,
    serve('search', (deps, request) => answerSearch(deps, queryOf(request))),
  );
  app.get(
    `${fhirBase}/Patient/:id`,
    serve('read', (deps, request) => answerRead(deps, id(request))),
  );
  app.patch(
    `${fhirBase}/Patient/:id`,
    serve('update', (deps, request) =>
      answerUpdate(
        { ...deps, transact: house.database.transact },
        {
          id: id(request),
          requestId: headerOf(request, 'x-request-id') ?? '',
          ifMatch: headerOf(request, 'if-match'),
          contentType: headerOf(request, 'content-type'),
          body: textOf(request),
        },
      ),
    ),
  );
}

/** @returns what the token opens; or what is wrong with the request before anybody is looked for */
function admit(
  house: SimulatorDeps,
  request: FastifyRequest,
  limit: RateLimit,
): { readonly access: Access } | { readonly refusal: Reply } {
  const authorization = headerOf(request, 'authorization');
  const token = /^Bearer\s*(.*)$/iu.exec(authorization ?? '')?.[1];
  const access = token === undefined || token === '' ? undefined : readAccessToken(house, token);
  if (access === undefined) {
    const diagnostics =
      authorization === undefined
        ? 'Missing Authorization header'
        : authorization === ''
          ? 'Empty Authorization header'
          : token === ''
            ? 'Missing access token'
            : 'Invalid Access Token';
    return { refusal: outcome('ACCESS_DENIED', { diagnostics }) };
  }
  if (!limit.admits()) return { refusal: outcome('TOO_MANY_REQUESTS', { headers: { 'Retry-After': '1' } }) };
  const requestId = headerOf(request, 'x-request-id');
  if (requestId === undefined) {
    const diagnostics =
      'Invalid request with error - X-Request-ID header must be supplied to access this resource';
    return { refusal: outcome('MISSING_VALUE', { diagnostics }) };
  }
  if (!uuid.test(requestId)) {
    const diagnostics = `Invalid value - '${requestId}' in header 'X-Request-ID'`;
    return { refusal: outcome('INVALID_VALUE', { diagnostics }) };
  }
  return { access };
}

function answerTheRest(app: FastifyInstance, { log }: SimulatorDeps): void {
  app.setNotFoundHandler((_request, reply) => send(reply, outcome('RESOURCE_NOT_FOUND')));
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const isTheirs = error.statusCode !== undefined && error.statusCode < 500;
    if (!isTheirs) log.error({ err: error }, 'the simulated register failed');
    mirrorIds(request, reply);
    return send(reply, isTheirs ? outcome('INVALID_VALUE') : outcome('UNKNOWN_ERROR'));
  });
}

function send(reply: FastifyReply, given: Reply, type = 'application/fhir+json'): FastifyReply {
  return reply
    .code(given.status)
    .headers({ ...given.headers })
    .type(`${type}; charset=utf-8`)
    .send(JSON.stringify(given.body));
}

function mirrorIds(request: FastifyRequest, reply: FastifyReply): void {
  for (const name of ['X-Request-ID', 'X-Correlation-ID']) {
    const value = headerOf(request, name.toLowerCase());
    if (value !== undefined) void reply.header(name, value);
  }
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function textOf({ body }: FastifyRequest): string {
  return typeof body === 'string' ? body : '';
}

function queryOf({ url }: FastifyRequest): URLSearchParams {
  const [, query = ''] = url.split('?', 2);
  return new URLSearchParams(query);
}

function lastPart(url: string): string {
  const [path = ''] = url.split('?', 1);
  return path.slice(path.lastIndexOf('/') + 1);
}
