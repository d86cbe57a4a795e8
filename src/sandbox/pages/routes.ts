import type { MovableClock } from '#foundation/clock';
import { formOf, pathOf, readQuery, restOfQuery, type FormFields, type Web } from '#foundation/http';
import { clearSimulatedInbox, readSimulatedInbox } from '#messaging';
import { clientRegistration, listClients, registerClient, removeClient } from '#partners';
import { clearRegisterFaults, listRegisterFaults, registerFaultKinds, setRegisterFault } from '#pds';
import { describeSandboxStaff, enterAsSandboxChecker } from '#portals';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { PhotoChecks } from '../cases/photo-checks.ts';
import { connectFacts, connectSnippets } from '../connect.ts';
import { addDuration } from '../duration.ts';
import { holdsNul, refuseStranger } from '../guard.ts';
import { findPersona, personas, sandboxPassword } from '../personas.ts';
import { resetAll, resetPersona, type SeedDeps } from '../seed.ts';
import { mountDocuments } from './documents.ts';
import { mountStandIns } from './stand-in.ts';

/** What the pages need. */
export interface PageDeps extends SeedDeps {
  readonly web: Web;
  readonly clock: MovableClock;
  readonly photoChecks: PhotoChecks;
  readonly onClockMoved: () => Promise<void>;
}

type FieldErrors = readonly { field: string; key: string; values: Record<string, string> }[];
type Act = (fields: FormFields, request: FastifyRequest, reply: FastifyReply) => Promise<string> | string;

const mostMessages = 50;
const backFrom = {
  front: {},
  inbox: { back: '/sandbox' },
  clients: { back: '/sandbox' },
  documents: { back: '/sandbox' },
  requests: { back: '/sandbox' },
  request: { back: '/sandbox/requests' },
} as const;
const idParams = z.object({ id: z.string() });
const faultForm = z.object({
  kind: z.enum(registerFaultKinds),
  times: z.coerce.number().int().min(1).max(1_000_000),
});

/** Mounts the pages that developers and testers use; each works without scripts. */
export async function mountPages(deps: PageDeps): Promise<void> {
  await deps.web.app.register(async (pages) => {
    pages.addHook('onRequest', async (request, reply) => {
      const stranger = refuseStranger(deps.house, request);
      if (stranger !== undefined)
        return reply.code(403).type('text/plain; charset=utf-8').send(stranger.error_description);
      return holdsNul(request) ? reply.callNotFound() : undefined;
    });
    mountFront(pages, deps);
    mountInbox(pages, deps);
    mountClients(pages, deps);
    mountRequests(pages, deps);
    mountDocuments(pages, deps, (request, reply, data) => show(deps, request, reply, 'documents', data));
    mountStandIns(pages, deps, (path, act) => post(pages, deps, path, '/sandbox', act));
  });
}

function mountFront(pages: FastifyInstance, deps: PageDeps): void {
  const { house, web, clock, demoOrigin, photoChecks, onClockMoved } = deps;
  const { issuer } = house.settings;
  pages.get('/sandbox', async (request, reply) => {
    const language = web.visitors.language(request);
    const faults = await listRegisterFaults(house.deps);
    return show(deps, request, reply, 'front', {
      personas: personas.map(({ words, account, says, gp, ...persona }) => ({
        ...persona,
        ...words[language],
        sub: account?.sub,
        details: { ...says, ...account?.identity?.details },
        types: gp?.types,
      })),
      password: sandboxPassword,
      staff: describeSandboxStaff({ clock }, { password: sandboxPassword }).practice,
      checkers: describeSandboxStaff({ clock }, { password: sandboxPassword }).checkers,
      demoOrigin,
      snippets: connectSnippets(issuer),
      facts: connectFacts(issuer),
      now: clock.now().toISOString(),
      faults,
      faultKinds: registerFaultKinds,
    });
  });
  post(pages, deps, '/sandbox/faults', '/sandbox#faults', async (fields) => {
    const fault = faultForm.safeParse(fields);
    if (fault.success) await setRegisterFault(house.deps, fault.data);
    return '/sandbox#faults';
  });
  post(pages, deps, '/sandbox/faults/clear', '/sandbox#faults', async () => {
    await clearRegisterFaults(house.deps);
    return '/sandbox#faults';
  });
  pages.post('/sandbox/checkers/become', async (request, reply) => {
    const fields = formOf(request);
    if (isForged(web, request, fields))
      return web.problems.send(request, reply, 'stale-form', { link: '/sandbox#checkers' });
    // Whoever comes to check finds something to check.
    await photoChecks.ensureQueue();
    const desk = await enterAsSandboxChecker({ web, reply }, fields['email'] ?? '');
    return reply.redirect(desk ?? '/sandbox#checkers', 303);
  });
  post(pages, deps, '/sandbox/personas/:id/reset', '/sandbox', async (_fields, request) => {
    const persona = findPersona(idParams.parse(request.params).id);
    if (persona !== undefined) await resetPersona(deps, persona);
    return '/sandbox';
  });
  post(pages, deps, '/sandbox/reset', '/sandbox', async () => {
    await resetAll(deps);
    return '/sandbox';
  });
  post(pages, deps, '/sandbox/clock', '/sandbox', async ({ advance }) => {
    const now = clock.now();
    const then = advance === undefined ? undefined : addDuration(now, advance);
    if (then === undefined) clock.reset();
    else clock.advance((then.getTime() - now.getTime()) / 1000);
    await onClockMoved();
    return '/sandbox';
  });
}

function mountInbox(pages: FastifyInstance, deps: PageDeps): void {
  const { house } = deps;
  pages.get('/sandbox/inbox', async (request, reply) => {
    const to = readQuery(request.query, 'to');
    const asked = { limit: mostMessages, ...(to === undefined || to === '' ? {} : { to }) };
    const messages = await readSimulatedInbox(house.deps, asked);
    return show(deps, request, reply, 'inbox', {
      messages: messages.map((message) => ({ ...message, sentAt: message.sentAt.toISOString() })),
      to,
    });
  });
  post(pages, deps, '/sandbox/inbox/clear', '/sandbox/inbox', async () => {
    await clearSimulatedInbox(house.deps);
    return '/sandbox/inbox';
  });
}

function mountClients(pages: FastifyInstance, deps: PageDeps): void {
  const { house, web } = deps;
  const showClients = async (
    request: FastifyRequest,
    reply: FastifyReply,
    typed: FormFields,
    errors: FieldErrors,
  ) => {
    const clients = (await listClients(house.deps)).toReversed();
    return show(deps, request, reply, 'clients', { clients, typed }, errors);
  };
  pages.get('/sandbox/clients', (request, reply) => showClients(request, reply, {}, []));
  pages.post('/sandbox/clients', async (request, reply) => {
    const fields = formOf(request);
    if (isForged(web, request, fields))
      return web.problems.send(request, reply, 'stale-form', { link: '/sandbox/clients' });
    const registration = clientRegistration(house.settings).safeParse({
      client_name: fields['client_name'] ?? '',
      redirect_uris: (fields['redirect_uris'] ?? '').split(/\s+/u).filter((line) => line !== ''),
      public_key_pem: fields['public_key_pem'] ?? '',
    });
    if (!registration.success)
      return showClients(request, reply.code(400), fields, fieldErrors(registration.error));
    const client = await house.transact((inside) => registerClient(inside, registration.data));
    return reply.redirect(`/sandbox/clients#${client.clientId}`, 303);
  });
  post(pages, deps, '/sandbox/clients/:id/remove', '/sandbox/clients', async (_fields, request) => {
    const { id } = idParams.parse(request.params);
    await house.transact((inside) => removeClient(inside, id));
    return '/sandbox/clients';
  });
}

function mountRequests(pages: FastifyInstance, deps: PageDeps): void {
  const { house, requests } = deps;
  pages.get('/sandbox/requests', async (request, reply) => {
    const asked = readQuery(request.query, 'client_id');
    const clientId = asked === undefined || asked === '' ? undefined : asked;
    const [kept, clients] = await Promise.all([requests.list({ clientId }), listClients(house.deps)]);
    return show(deps, request, reply, 'requests', {
      requests: kept.map(withTime),
      clients: clients.toReversed().map(({ clientId: id, clientName: name }) => ({ id, name })),
      clientId,
    });
  });
  pages.get('/sandbox/requests/:id', async (request, reply) => {
    const { id } = idParams.parse(request.params);
    const found = await requests.read(id);
    if (found === undefined) return reply.callNotFound();
    const [shown, signIn] = [withTime(found.request), found.signIn.map(withTime)];
    return show(deps, request, reply, 'request', { shown, signIn });
  });
  post(pages, deps, '/sandbox/requests/clear', '/sandbox/requests', async () => {
    await requests.clear();
    return '/sandbox/requests';
  });
}

function withTime<T extends { readonly receivedAt: Date }>(request: T) {
  return { ...request, receivedAt: request.receivedAt.toISOString() };
}

/** One message for each field: the first. */
function fieldErrors(error: z.ZodError): FieldErrors {
  const messages = new Map<string, string>();
  for (const { path, message } of error.issues) {
    const field = String(path[0] ?? '');
    if (!messages.has(field)) messages.set(field, message);
  }
  return [...messages].map(([field, problem]) => ({ field, key: 'problem', values: { problem } }));
}

/** Mounts a form's address: does what it asks for, and leads on. */
function post(pages: FastifyInstance, { web }: PageDeps, path: string, page: string, act: Act): void {
  pages.post(path, async (request, reply) => {
    const fields = formOf(request);
    if (isForged(web, request, fields))
      return web.problems.send(request, reply, 'stale-form', { link: page });
    return reply.redirect(await act(fields, request, reply), 303);
  });
}

function isForged(web: Web, request: FastifyRequest, fields: FormFields): boolean {
  const visitor = web.visitors.read(request);
  return visitor === undefined || !web.visitors.isFormToken(visitor, fields['_csrf']);
}

function show(
  { web }: PageDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  page: keyof typeof backFrom,
  data: Readonly<Record<string, unknown>>,
  errors: FieldErrors = [],
): FastifyReply {
  const visitor = web.visitors.ensure(request, reply);
  const html = web.pages.render(
    `sandbox/pages/${page}`,
    {
      language: web.visitors.language(request),
      address: pathOf(request),
      query: request.method === 'GET' ? restOfQuery(request) : '',
      csrf: web.visitors.formToken(visitor),
      ...backFrom[page],
      fieldErrors: errors,
    },
    data,
  );
  return reply.type('text/html; charset=utf-8').send(html);
}
