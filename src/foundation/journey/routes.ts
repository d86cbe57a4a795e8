import { contentSecurityPolicy, formOf, type Web } from '#foundation/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  addressOf,
  advance,
  applyOutcome,
  enter,
  visitFor,
  type Answer,
  type Progress,
  type StartAnother,
} from './progress.ts';
import type { AnyStep, Browser, FieldErrors, JourneyDefinition, Outcome, Stop, Visit } from './types.ts';
import { loadVisit, saveVisit, type StoredVisit } from './visits.ts';
import { nextStep, openSteps, stepBefore } from './walk.ts';

const paramsSchema = z.object({
  ref: z.string(),
  step: z.string().default(''),
  action: z.string().default(''),
});

/** How long after the end a repeated last post is led to the same place again. */
const repeatSeconds = 60;

/** One request to one journey. */
interface Call<A, C> {
  readonly web: Web;
  readonly journey: JourneyDefinition<A, C>;
  readonly startAnother: StartAnother;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly params: z.output<typeof paramsSchema>;
  readonly visitor: string;
  readonly browser: Browser;
}

/** Mounts a journey's pages: `GET|POST /<journey>/<ref>/<step>` and `POST …/<action>`. */
export function mountJourney<A, C>(
  web: Web,
  journey: JourneyDefinition<A, C>,
  startAnother: StartAnother,
): void {
  const callOf = (request: FastifyRequest, reply: FastifyReply): Call<A, C> => ({
    web,
    journey,
    startAnother,
    request,
    reply,
    params: paramsSchema.parse(request.params),
    visitor: web.visitors.read(request) ?? '',
    browser: browserOf(web, request),
  });
  const base = `/${journey.id}/:ref`;
  web.app.get(base, (request, reply) => showStep(callOf(request, reply)));
  web.app.get(`${base}/:step`, (request, reply) => showStep(callOf(request, reply)));
  web.app.post(`${base}/:step`, (request, reply) => takePost(callOf(request, reply)));
  web.app.post(`${base}/:step/:action`, (request, reply) => takePost(callOf(request, reply)));
  // A page that shows errors has the address of its post; asked for again it is the step's own page.
  web.app.get(`${base}/:step/:action`, (request, reply) => showStep(callOf(request, reply)));
}

/** @returns what steps may know of the browser that sent a request */
export function browserOf(web: Web, request: FastifyRequest): Browser {
  return {
    language: web.visitors.language(request),
    remoteAddress: request.ip,
    readCookie: (name) => web.visitors.readCookie(request, name),
  };
}

async function showStep<A, C>(call: Call<A, C>): Promise<FastifyReply> {
  const { web, journey, params, visitor, reply } = call;
  const stored = await loadVisit(web.house.deps, journey, { ref: params.ref, visitor, locked: false });
  if (stored === undefined || stored.finished !== undefined) return gone(call, stored);
  const step = openSteps(journey, stored.answers, stored.context).find((open) => open.path === params.step);
  const next = nextStep(journey, stored.answers, stored.context);
  if (next === undefined || (step === next && next.onEnter !== undefined && stored.entered !== next.path)) {
    return goOn(call);
  }
  if (step === undefined) return reply.redirect(addressOf(journey, stored.ref, next), 303);
  if (stored.notice !== undefined) {
    await web.house.transact(async (deps) => {
      const locked = await loadVisit(deps, journey, { ref: params.ref, visitor, locked: true });
      if (locked !== undefined) await saveVisit(deps, journey, { ...locked, notice: undefined });
    });
  }
  return renderStep(call, stored, step, { status: 200, notice: stored.notice });
}

/** Ends a complete journey, or does what its next step does on entry, for a browser that came by a link. */
async function goOn<A, C>(call: Call<A, C>): Promise<FastifyReply> {
  const { web, journey, params, visitor } = call;
  const answer = await web.house.transact(async (deps): Promise<Answer | 'gone'> => {
    const stored = await loadVisit(deps, journey, { ref: params.ref, visitor, locked: true });
    if (stored === undefined || stored.finished !== undefined) return 'gone';
    const progress = { ...call, deps };
    const next = nextStep(journey, stored.answers, stored.context);
    return next === undefined ? advance(progress, stored, []) : enter(progress, stored, next, []);
  });
  return answer === 'gone' ? gone(call, undefined) : give(call, answer);
}

async function takePost<A, C>(call: Call<A, C>): Promise<FastifyReply> {
  const { web, journey, params, visitor, request, reply } = call;
  const fields = formOf(request);
  const forged =
    request.headers['sec-fetch-site'] === 'cross-site' || !web.visitors.isFormToken(visitor, fields['_csrf']);
  const stored = await loadVisit(web.house.deps, journey, { ref: params.ref, visitor, locked: false });
  if (stored === undefined || stored.finished !== undefined) return gone(call, stored);
  const step = openSteps(journey, stored.answers, stored.context).find((open) => open.path === params.step);
  if (step === undefined) return reply.redirect(addressOf(journey, stored.ref), 303);
  if (forged)
    return web.problems.send(request, reply, 'stale-form', { link: addressOf(journey, stored.ref, step) });
  const submit = await readPost(call, step, visitFor(stored, call.browser), fields);
  if (submit === undefined) return web.problems.send(request, reply, 'not-found', { reference: 'CID0404' });
  if ('errors' in submit)
    return renderStep(call, stored, step, { status: 400, errors: submit.errors, fields });
  const answer = await web.house.transact(async (deps): Promise<Answer> => {
    const locked = await loadVisit(deps, journey, { ref: params.ref, visitor, locked: true });
    const again: Answer = { kind: 'redirect', address: addressOf(journey, params.ref), cookies: [] };
    if (locked === undefined || locked.finished !== undefined) return again;
    if (!openSteps(journey, locked.answers, locked.context).includes(step)) return again;
    const progress: Progress<A, C> = { ...call, deps };
    return applyOutcome(progress, locked, step, await submit.run(deps, visitFor(locked, call.browser)));
  });
  if (answer.kind === 'errors')
    return renderStep(call, stored, step, { status: 400, errors: answer.errors, fields });
  return give(call, answer);
}

type Submit<A, C> = { readonly run: (deps: Web['house']['deps'], visit: Visit<A, C>) => Promise<Outcome<A>> };

async function readPost<A, C>(
  call: Call<A, C>,
  step: AnyStep<A, C>,
  visit: Visit<A, C>,
  fields: Readonly<Record<string, string>>,
): Promise<Submit<A, C> | { errors: FieldErrors } | undefined> {
  if (call.params.action !== '') {
    const action = step.actions?.[call.params.action];
    return action === undefined ? undefined : { run: action };
  }
  const prepared = await step.prepare(call.web.house, visit, fields);
  return prepared.outcome === 'invalid' ? { errors: prepared.errors } : { run: prepared.submit };
}

function give<A, C>(call: Call<A, C>, answer: Exclude<Answer, { kind: 'errors' }> | Answer): FastifyReply {
  const { web, reply } = call;
  if (answer.kind === 'stop') return renderStop(call, answer.stop);
  if (answer.kind === 'errors') return reply.redirect(addressOf(call.journey, call.params.ref), 303);
  for (const cookie of answer.cookies) web.visitors.setCookie(reply, cookie);
  return reply.redirect(answer.address, 303);
}

/** A visit that isn't there, or is over: a repeated last post goes on, everybody else starts again. */
function gone<A, C>(call: Call<A, C>, stored: StoredVisit<A, C> | undefined): FastifyReply {
  const { web, request, reply } = call;
  if (stored?.finished !== undefined) {
    const age = web.house.clock.now().getTime() - new Date(stored.finished.at).getTime();
    if (age < repeatSeconds * 1000 && request.method === 'POST')
      return reply.redirect(stored.finished.address, 303);
  }
  return web.problems.send(request, reply, 'start-again', { reference: 'CID1004' });
}

async function renderStep<A, C>(
  call: Call<A, C>,
  stored: StoredVisit<A, C>,
  step: AnyStep<A, C>,
  shown: {
    status: number;
    errors?: FieldErrors;
    fields?: Readonly<Record<string, string>>;
    notice?: string | undefined;
  },
): Promise<FastifyReply> {
  const { web, journey, reply, visitor, browser } = call;
  const visit = visitFor(stored, browser);
  const data = await step.show?.(web.house.deps, visit);
  const known = step.values?.(stored.answers, stored.context) ?? {};
  const secret = new Set(step.secretFields);
  const typed = Object.entries(shown.fields ?? {}).filter(([name]) => !secret.has(name) && name !== '_csrf');
  const before = stepBefore(journey, stored.answers, stored.context, step.path);
  const frame = {
    language: browser.language,
    address: addressOf(journey, stored.ref, step),
    csrf: web.visitors.formToken(visitor),
    notice: shown.notice,
    fieldErrors: Object.entries(shown.errors ?? {}).map(([field, error]) =>
      typeof error === 'string' ? { field, key: error, values: {} } : { field, ...error },
    ),
    ...(before === undefined ? {} : { back: addressOf(journey, stored.ref, before) }),
  };
  const html = web.pages.render(step.page, frame, {
    ...journey.everyPage?.(stored.context),
    ...data,
    values: { ...known, ...Object.fromEntries(typed) },
  });
  return reply
    .code(shown.status)
    .header('Content-Security-Policy', contentSecurityPolicy(journey.formTargets?.(stored.context)))
    .type('text/html; charset=utf-8')
    .send(html);
}

function renderStop<A, C>(call: Call<A, C>, stop: Stop): FastifyReply {
  const { web, journey, reply, visitor, params, browser } = call;
  if (stop.retryAfterSeconds !== undefined) void reply.header('Retry-After', String(stop.retryAfterSeconds));
  const frame = {
    language: browser.language,
    address: addressOf(journey, params.ref),
    csrf: web.visitors.formToken(visitor),
  };
  return reply
    .code(stop.status)
    .type('text/html; charset=utf-8')
    .send(web.pages.render(stop.page, frame, { ...stop.data, startedAt: addressOf(journey, params.ref) }));
}
