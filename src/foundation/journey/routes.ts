import { isDeepStrictEqual } from 'node:util';
import type { Deps } from '#foundation/deps';
import {
  type FormFields,
  type Web,
  notingDevice,
  notingDeviceIn,
  readQuery,
  roughDevice,
  sendInParts,
  takeUploads,
  uploadSeconds,
} from '#foundation/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  addressOf,
  advance,
  againParameter,
  applyOutcome,
  enter,
  visitFor,
  type Answer,
  type Progress,
  type StartAnother,
} from './progress.ts';
import { renderStep, renderStop, type Call, type Standing } from './render.ts';
import { readPosted, type Posted } from './posted.ts';
import type { AnyStep, Browser, JourneyDefinition, Outcome, Visit } from './types.ts';
import { loadVisit, lockVisit, saveVisit, type StoredVisit } from './visits.ts';
import { nextStep, openSteps } from './walk.ts';

const paramsSchema = z.object({
  ref: z.string(),
  step: z.string().default(''),
  action: z.string().default(''),
});

/** So much of an answer is kept for showing it again. */
const mostCharacters = 1000;

/** How long after the end a repeated last post is led to the same place again. */
const repeatSeconds = 60;

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
  const takesFiles = journey.steps.some((step) => step.takesFile !== undefined);
  if (takesFiles) {
    void web.app.register(async (app) => {
      await takeUploads(app);
      const config = { bodySeconds: uploadSeconds };
      app.post(`${base}/:step`, { config }, (request, reply) => takePost(callOf(request, reply)));
    });
  } else web.app.post(`${base}/:step`, (request, reply) => takePost(callOf(request, reply)));
  web.app.post(`${base}/:step/:action`, (request, reply) => takePost(callOf(request, reply)));
  web.app.get(`${base}/:step/:action`, (request, reply) => showResource(callOf(request, reply)));
}

/** @returns what steps may know of the browser that sent a request */
export function browserOf(web: Web, request: FastifyRequest): Browser {
  return {
    language: web.visitors.language(request),
    remoteAddress: request.ip,
    kind: roughDevice(request.headers['user-agent']),
    readCookie: (name) => web.visitors.readCookie(request, name),
  };
}

async function showStep<A, C>(call: Call<A, C>): Promise<FastifyReply> {
  const { web, journey, params, visitor, reply } = call;
  const stored = await loadVisit(web.house.deps, journey, { ref: params.ref, visitor });
  if (stored === undefined || stored.finished !== undefined) return gone(call, stored);
  if ((await journey.isOver?.(web.house.deps, stored.context)) === true) return gone(call, undefined);
  const refusal = standingRefusal(call, stored);
  if (refusal !== undefined && 'stop' in refusal) return renderStop(call, stored, refusal);
  const step = openSteps(journey, stored.answers, stored.context).find((open) => open.path === params.step);
  const next = nextStep(journey, stored.answers, stored.context);
  if (next === undefined || (step === next && next.onEnter !== undefined && stored.entered !== next.path)) {
    return goOn(call);
  }
  if (step === undefined) return reply.redirect(addressOf(journey, stored.ref, next), 303);
  if (refusal !== undefined) return renderStep(call, stored, step, refusal);
  if (stored.notice !== undefined) {
    await web.house.transact(async (deps) => {
      const locked = await lockVisit(deps, journey, { ref: params.ref, visitor }, { known: stored });
      if (locked !== undefined) await saveVisit(deps, journey, { ...locked.now, notice: undefined });
    });
  }
  return renderStep(call, stored, step, { notice: stored.notice });
}

/** Gives what a page fetches. A page about a problem has the address of its post; asked for again it is the step's own page. */
async function showResource<A, C>(call: Call<A, C>): Promise<FastifyReply> {
  const { web, journey, params, visitor, reply, browser, request } = call;
  const { house } = web;
  if (!journey.steps.some(({ resources = {} }) => Object.hasOwn(resources, params.action)))
    return showStep(call);
  const notThere = () => web.problems.send(request, reply, 'not-found', { reference: 'CID0404' });
  const stored = await loadVisit(house.deps, journey, { ref: params.ref, visitor });
  if (stored === undefined || stored.finished !== undefined) return notThere();
  if ((await journey.isOver?.(house.deps, stored.context)) === true) return notThere();
  const step = openSteps(journey, stored.answers, stored.context).find((open) => open.path === params.step);
  const fetch =
    step?.resources !== undefined && Object.hasOwn(step.resources, params.action)
      ? step.resources[params.action]
      : undefined;
  const resource = await fetch?.(house, visitFor(stored, browser));
  if (resource === undefined) return notThere();
  return 'body' in resource
    ? reply.type(resource.type).send(resource.body)
    : sendInParts(request, reply, resource);
}

/** @returns why the last post of the page that is asked for led nowhere, if that is to be shown and still holds */
function standingRefusal<A, C>(
  { web, request, params }: Call<A, C>,
  { refused }: StoredVisit<A, C>,
): Standing | undefined {
  const isAskedFor = refused !== undefined && readQuery(request.query, againParameter) === refused.mark;
  if (!isAskedFor || refused.step !== params.step) return undefined;
  const { because, at } = refused;
  const query = `${againParameter}=${refused.mark}`;
  if (!('stop' in because) || because.stop.retryAfterSeconds === undefined) return { ...because, query };
  const secondsSince = (web.house.clock.now().getTime() - new Date(at).getTime()) / 1000;
  const retryAfterSeconds = Math.ceil(because.stop.retryAfterSeconds - secondsSince);
  return retryAfterSeconds > 0 ? { stop: { ...because.stop, retryAfterSeconds }, query } : undefined;
}

/** Ends a complete journey, or does what its next step does on entry, for a browser that came by a link. */
async function goOn<A, C>(call: Call<A, C>): Promise<FastifyReply> {
  const { web, journey, params, visitor } = call;
  const answer = await web.house.transact(async (deps): Promise<Answer | 'gone'> => {
    const locked = await lockVisit(deps, journey, { ref: params.ref, visitor });
    if (locked === undefined || locked.now.finished !== undefined) return 'gone';
    const stored = locked.now;
    const progress = { ...call, deps: notingDevice(deps, call.request) };
    const next = nextStep(journey, stored.answers, stored.context);
    return next === undefined ? advance(progress, stored, []) : enter(progress, stored, next, []);
  });
  return answer === 'gone' ? gone(call, undefined) : give(call, answer);
}

/**
 * Takes a post in one of two ways. As a rule one transaction does it all, and costs the database the least. A step that `worksBefore`
 * (it hashes a password, reads a file, asks somebody else) must not hold one meanwhile: it goes by the visit as it was read, and is
 * taken only if that is still the same when it is held.
 *
 *     as a rule              worksBefore
 *
 *     ┌ transaction ┐        loadVisit
 *     │ lockVisit   │        readyPost
 *     │ readyPost   │        ┌ transaction ┐
 *     │ submitPost  │        │ lockVisit   │
 *     └─────────────┘        │ submitPost  │
 *                            └─────────────┘
 */
async function takePost<A, C>(call: Call<A, C>): Promise<FastifyReply> {
  const { web, journey, params, visitor } = call;
  const { house } = web;
  const asked = { ref: params.ref, visitor };
  const takesTime = journey.steps.some(({ path, worksBefore }) => worksBefore && path === params.step);
  if (!takesTime) {
    const answer = await house.transact(async (deps) => {
      const locked = await lockVisit(deps, journey, asked);
      const ready = await readyPost(call, locked?.before);
      if (ready.outcome === 'not ready') return ready.instead;
      await ready.ahead?.(deps);
      return submitPost(call, deps, ready, locked?.now);
    });
    return typeof answer === 'function' ? answer() : give(call, answer);
  }
  const stored = await loadVisit(house.deps, journey, asked);
  const ready = await readyPost(call, stored);
  if (ready.outcome === 'not ready') return ready.instead();
  const answer = await house.transact(async (deps) => {
    const meanwhile = () => ready.ahead?.(deps) ?? Promise.resolve();
    const locked = await lockVisit(deps, journey, asked, { known: stored, meanwhile });
    return submitPost(call, deps, ready, locked?.now);
  });
  return give(call, answer);
}

/** What a step does with a post that it has read. */
interface Work<A, C> {
  readonly ahead?: (deps: Deps) => Promise<void>;
  readonly submit: (deps: Deps, visit: Visit<A, C>) => Promise<Outcome<A>>;
}

/** A post that was read, of a visit as it was then. */
interface ReadyPost<A, C> extends Work<A, C> {
  readonly outcome: 'ready';
  readonly stored: StoredVisit<A, C>;
  readonly step: AnyStep<A, C>;
  readonly fields: FormFields;
}

/** Reads what was posted. @returns `instead`: what to answer at once */
async function readyPost<A, C>(
  call: Call<A, C>,
  stored: StoredVisit<A, C> | undefined,
): Promise<ReadyPost<A, C> | { readonly outcome: 'not ready'; readonly instead: () => FastifyReply }> {
  const { web, journey, params, visitor, request, reply } = call;
  const not = (instead: () => FastifyReply) => ({ outcome: 'not ready', instead }) as const;
  if (stored === undefined || stored.finished !== undefined) return not(() => gone(call, stored));
  const step = openSteps(journey, stored.answers, stored.context).find((open) => open.path === params.step);
  if (step === undefined) return not(() => reply.redirect(addressOf(journey, stored.ref), 303));
  const posted = await readPosted(request, step);
  const { fields } = posted;
  const forged =
    request.headers['sec-fetch-site'] === 'cross-site' || !web.visitors.isFormToken(visitor, fields['_csrf']);
  if (forged) {
    const link = addressOf(journey, stored.ref, step);
    return not(() => web.problems.send(request, reply, 'stale-form', { link }));
  }
  const work = await readPost(call, step, visitFor(stored, call.browser), posted);
  await posted.finish();
  if (work === undefined)
    return not(() => web.problems.send(request, reply, 'not-found', { reference: 'CID0404' }));
  return { ...work, outcome: 'ready', stored, step, fields };
}

/** Submits a post in a transaction that holds the visit. */
async function submitPost<A, C>(
  call: Call<A, C>,
  deps: Deps,
  { stored, step, fields, submit }: ReadyPost<A, C>,
  locked: StoredVisit<A, C> | undefined,
): Promise<Answer> {
  const { journey, params, request, browser } = call;
  const again: Answer = { address: addressOf(journey, params.ref), cookies: [] };
  if (locked?.finished !== undefined) return { address: locked.finished.address, cookies: [] };
  // Another post was taken while this one was read, as by a double click: go on from where the visit is now.
  if (locked === undefined || !isDeepStrictEqual(locked.answers, stored.answers)) return again;
  if (!openSteps(journey, locked.answers, locked.context).includes(step)) return again;
  const noting = notingDevice(deps, request);
  const progress: Progress<A, C> = { ...call, deps: noting };
  const outcome = await submit(noting, visitFor(locked, browser));
  return applyOutcome(progress, locked, step, outcome, whatWasTyped(step, fields));
}

async function readPost<A, C>(
  call: Call<A, C>,
  step: AnyStep<A, C>,
  visit: Visit<A, C>,
  posted: Posted,
): Promise<Work<A, C> | undefined> {
  const { action } = call.params;
  const { actions = {} } = step;
  const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (action !== '') return act && { submit: act };
  const house = notingDeviceIn(call.web.house, call.request);
  const prepared = await posted.prepare((fields, file) => step.prepare(house, visit, fields, file));
  return prepared.outcome === 'invalid' ? { submit: () => Promise.resolve(prepared) } : prepared;
}

/** @returns what a page may show again: no secrets, and no more than anybody types */
function whatWasTyped<A, C>(step: AnyStep<A, C>, fields: FormFields): FormFields {
  const secret = new Set([...(step.secretFields ?? []), '_csrf']);
  const shown = Object.entries(fields).filter(([name]) => !secret.has(name));
  return Object.fromEntries(shown.map(([name, text]) => [name, text.slice(0, mostCharacters)]));
}

function give<A, C>({ web, reply }: Call<A, C>, answer: Answer): FastifyReply {
  for (const cookie of answer.cookies) web.visitors.setCookie(reply, cookie);
  return reply.redirect(answer.address, 303);
}

/** A visit that isn't there, or is over: a repeated last post goes on, everybody else is told where to. */
function gone<A, C>(call: Call<A, C>, stored: StoredVisit<A, C> | undefined): FastifyReply {
  const { web, journey, request, reply } = call;
  const age = web.house.clock.now().getTime() - new Date(stored?.finished?.at ?? 0).getTime();
  if (stored?.finished !== undefined && age < repeatSeconds * 1000 && request.method === 'POST')
    return reply.redirect(stored.finished.address, 303);
  if (journey.afterwards !== undefined) return reply.redirect(journey.afterwards, 303);
  if (stored?.finished === undefined)
    return web.problems.send(request, reply, 'start-again', { reference: 'CID1004' });
  const { clientHome } = journey.everyPage?.(stored.context) ?? {};
  return web.problems.send(
    request,
    reply,
    'over',
    typeof clientHome === 'string' ? { link: clientHome } : {},
  );
}
