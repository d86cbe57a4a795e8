import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { createLogin, LoginUnreachable, type Choices, type Login } from './login.ts';
import {
  aboutPage,
  homePage,
  notKnownPage,
  notSharedPage,
  offeredScopes,
  offeredVectors,
  problemPage,
  tokensPage,
} from './pages.ts';
import { createSessions, type Session } from './sessions.ts';
import type { DemoSettings } from './settings.ts';
import { readStyle } from './style.ts';

/** One request being answered. */
interface Visit {
  readonly method: string;
  readonly url: URL;
  readonly session: Session | undefined;
  readonly form: URLSearchParams;
  readonly response: ServerResponse;
}

interface Program {
  readonly settings: DemoSettings;
  readonly login: Login;
  readonly sessions: ReturnType<typeof createSessions>;
  readonly style: string;
}

const cookieName = 'riverbank';
const maxFormCharacters = 10_000;

/** Creates the connected service; the caller listens. */
export function createDemo(settings: DemoSettings): Server {
  const program: Program = {
    settings,
    login: createLogin(settings),
    sessions: createSessions(Date.now),
    style: readStyle(),
  };
  const loginOrigin = new URL(settings.issuer).origin;
  return createServer((request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader(
      'Content-Security-Policy',
      // The sign-in form leads, by redirects, to the login and perhaps straight back.
      `default-src 'none'; style-src 'self'; img-src data:; form-action 'self' ${loginOrigin}; frame-ancestors 'none'; base-uri 'none'`,
    );
    answer(program, request, response).catch((error: unknown) => showProblem(response, error));
  });
}

async function answer(program: Program, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', program.settings.origin);
  const cookies = new Map(
    (request.headers.cookie ?? '')
      .split(/;\s*/u)
      .map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]),
  );
  const visit: Visit = {
    method: request.method ?? 'GET',
    url,
    session: program.sessions.find(cookies.get(cookieName)),
    form: request.method === 'POST' ? await readForm(request) : new URLSearchParams(),
    response,
  };
  switch (`${visit.method === 'HEAD' ? 'GET' : visit.method} ${url.pathname}`) {
    case 'GET /':
      return show(response, 200, homePage(program.settings, visit.session));
    case 'GET /about':
      return show(response, 200, aboutPage(program.settings));
    case 'GET /style.css':
      return send(response, 200, 'text/css; charset=utf-8', program.style);
    case 'GET /health':
      return send(response, 200, 'application/json', '{"status":"live"}');
    case 'GET /sign-in':
      return beginSignIn(program, visit);
    case 'GET /callback':
      return finishSignIn(program, visit);
    case 'GET /tokens':
      return showTokens(program, visit);
    case 'POST /refresh':
      return refresh(program, visit);
    case 'POST /sign-out':
      return signOut(program, visit);
    default:
      return show(
        response,
        404,
        problemPage({ heading: 'Page not found', says: 'Check the address, or go to the start.' }),
      );
  }
}

async function beginSignIn(program: Program, { url, session, response }: Visit): Promise<void> {
  const choices = readChoices(url.searchParams);
  const { address, transaction } = await program.login.begin(choices);
  const kept = session ?? program.sessions.create();
  program.sessions.remember(kept, choices, transaction);
  setCookie(program, response, kept);
  redirect(response, address);
}

function setCookie({ settings }: Program, response: ServerResponse, session: Session): void {
  const secure = settings.origin.startsWith('https:') ? '; Secure' : '';
  response.setHeader('Set-Cookie', `${cookieName}=${session.id}; Path=/; HttpOnly; SameSite=Lax${secure}`);
}

function readChoices(query: URLSearchParams): Choices {
  const asked = query.getAll('scope');
  const prompt = query.get('prompt');
  return {
    vector: offeredVectors.find(({ vector }) => vector === query.get('vector'))?.vector ?? 'P0.Cp.Cd',
    scopes: offeredScopes.map(({ scope }) => scope).filter((scope) => asked.includes(scope)),
    prompt: prompt === 'login' || prompt === 'none' ? prompt : undefined,
  };
}

async function finishSignIn(program: Program, { url, session, response }: Visit): Promise<void> {
  const state = url.searchParams.get('state') ?? '';
  const begun = session?.begun.get(state);
  if (session === undefined || begun === undefined) {
    return show(
      response,
      400,
      problemPage({
        heading: 'Start signing in again',
        says: 'This sign-in was not started in this browser, or it is already finished.',
        details: { reason: 'state does not belong to a sign-in that this browser has begun' },
      }),
    );
  }
  session.begun.delete(state);
  try {
    const what = await program.login.finish(url.searchParams.toString(), begun.transaction);
    const renamed = program.sessions.rename(session);
    renamed.received = { choices: begun.choices, what };
    setCookie(program, response, renamed);
  } catch (error) {
    if (error instanceof AuthorizationResponseError) return showRefusal(program, response, error);
    throw error;
  }
  redirect(response, '/tokens');
}

function showRefusal(program: Program, response: ServerResponse, refusal: AuthorizationResponseError): void {
  const description = refusal.error_description ?? '';
  if (refusal.error === 'access_denied' && description === 'ConsentNotGiven') {
    return show(response, 403, notSharedPage(program.settings));
  }
  if (refusal.error === 'access_denied' && description === 'IdentityLevelNotReached') {
    return show(response, 403, notKnownPage(program.settings));
  }
  show(
    response,
    400,
    problemPage({
      heading: 'You are not signed in',
      says: `${program.settings.loginName} did not sign you in. You can try again.`,
      details: { error: refusal.error, error_description: description },
    }),
  );
}

function showTokens(program: Program, { session, response }: Visit): void {
  if (session?.received === undefined) return redirect(response, '/');
  show(response, 200, tokensPage(program.settings, session, session.received));
}

async function refresh(program: Program, visit: Visit): Promise<void> {
  const { session, response } = visit;
  if (session?.received === undefined || !isOwnForm(visit, session)) return redirect(response, '/');
  const { choices, what } = session.received;
  session.received = { choices, what: await program.login.refresh(what), before: what };
  redirect(response, '/tokens');
}

function signOut(program: Program, visit: Visit): void {
  const { session, response } = visit;
  if (session !== undefined && isOwnForm(visit, session)) program.sessions.forget(session);
  redirect(response, '/');
}

function isOwnForm({ form }: Visit, session: Session): boolean {
  const shown = Buffer.from(form.get('token') ?? '');
  const expected = Buffer.from(session.formToken);
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let form = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    form += String(chunk);
    if (form.length > maxFormCharacters) return new URLSearchParams();
  }
  return new URLSearchParams(form);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type }).end(body);
}

function show(response: ServerResponse, status: number, page: string): void {
  send(response, status, 'text/html; charset=utf-8', page);
}

function redirect(response: ServerResponse, address: string): void {
  response.writeHead(303, { Location: address }).end();
}

function showProblem(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  if (error instanceof LoginUnreachable) {
    return show(
      response,
      503,
      problemPage({
        heading: 'Sign-in is not available at the moment',
        says: 'The login can’t be reached. Wait a moment and try again.',
        details: { reason: 'no answer from the issuer: is it running?' },
      }),
    );
  }
  const code = error instanceof ClientError ? (error.code ?? error.message) : 'unexpected';
  const details =
    error instanceof ResponseBodyError
      ? { error: error.error, error_description: error.error_description ?? '' }
      : { reason: code };
  show(
    response,
    502,
    problemPage({
      heading: 'Something went wrong while signing in',
      says: 'You are not signed in. Start again.',
      details,
    }),
  );
}
