import { capturePermissions, contentSecurityPolicy, sandboxCamera, type Web } from '#foundation/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addressOf, visitFor, type StartAnother } from './progress.ts';
import type { AnyStep, Browser, JourneyDefinition } from './types.ts';
import type { Refusal, StoredVisit } from './visits.ts';
import { stepBefore } from './walk.ts';

/** One request to one journey. */
export interface Call<A, C> {
  readonly web: Web;
  readonly journey: JourneyDefinition<A, C>;
  readonly startAnother: StartAnother;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly params: { readonly ref: string; readonly step: string; readonly action: string };
  readonly visitor: string;
  readonly browser: Browser;
}

/** Why the last post led nowhere, at an address of its own. */
export type Standing = Refusal['because'] & { readonly query: string };
type Mistakes = Extract<Standing, { errors: unknown }>;

/** Shows a step's page. */
export async function renderStep<A, C>(
  call: Call<A, C>,
  stored: StoredVisit<A, C>,
  step: AnyStep<A, C>,
  shown: Mistakes | { readonly notice: string | undefined },
): Promise<FastifyReply> {
  const { web, journey, reply, visitor, browser } = call;
  const data = await step.show?.(web.house.deps, visitFor(stored, browser));
  const known = step.values?.(stored.answers, stored.context) ?? {};
  const before = stepBefore(journey, stored.answers, stored.context, step.path);
  const back =
    before === undefined
      ? journey.cameFrom?.(stored.context, stored.answers)
      : addressOf(journey, stored.ref, before);
  const refused = 'errors' in shown;
  const frame = {
    language: browser.language,
    address: addressOf(journey, stored.ref, step),
    csrf: web.visitors.formToken(visitor),
    ...(refused
      ? { query: shown.query, fieldErrors: describeErrors(shown.errors) }
      : { notice: shown.notice }),
    ...(back === undefined ? {} : { back }),
  };
  const html = web.pages.render(step.page, frame, {
    ...journey.everyPage?.(stored.context),
    ...data,
    ...(step.isCapture === true ? { cameraScript: cameraScriptFor(call) } : {}),
    values: { ...known, ...(refused ? shown.typed : {}) },
  });
  if (step.isCapture === true) void reply.header('Permissions-Policy', capturePermissions);
  const showsMedia = step.isCapture;
  return reply
    .code(refused ? 400 : (step.status ?? 200))
    .header(
      'Content-Security-Policy',
      contentSecurityPolicy(journey.formTargets?.(stored.context), { showsMedia }),
    )
    .type('text/html; charset=utf-8')
    .send(html);
}

/** @returns the address of what stands in for the browser's camera: in a sandbox, where somebody has chosen it */
function cameraScriptFor<A, C>({ web, request }: Call<A, C>): string | undefined {
  const isChosen = web.visitors.readCookie(request, sandboxCamera.cookie) !== undefined;
  return web.house.settings.mode === 'sandbox' && isChosen ? sandboxCamera.address : undefined;
}

function describeErrors(errors: Mistakes['errors']) {
  return Object.entries(errors).map(([field, error]) =>
    typeof error === 'string' ? { field, key: error, values: {} } : { field, ...error },
  );
}

/** Shows the page that stands in place of a step. */
export function renderStop<A, C>(
  call: Call<A, C>,
  { context }: StoredVisit<A, C>,
  { stop, query }: Extract<Standing, { stop: unknown }>,
): FastifyReply {
  const { web, journey, reply, visitor, params, browser } = call;
  const { retryAfterSeconds } = stop;
  if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
  const startedAt = addressOf(journey, params.ref);
  const frame = {
    language: browser.language,
    address: `${startedAt}/${params.step}`,
    query,
    csrf: web.visitors.formToken(visitor),
  };
  const html = web.pages.render(stop.page, frame, {
    ...stop.data,
    startedAt,
    ...(retryAfterSeconds === undefined ? {} : { minutes: Math.ceil(retryAfterSeconds / 60) }),
  });
  return reply
    .code(stop.status)
    .header('Content-Security-Policy', contentSecurityPolicy(journey.formTargets?.(context)))
    .type('text/html; charset=utf-8')
    .send(html);
}
