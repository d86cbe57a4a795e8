import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwtVerify } from 'jose';

/** A request as the register received it. */
export interface RegisterRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** By this machine's clock, in milliseconds. */
  readonly at: number;
}

export interface RegisterAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it stands, anything else as JSON. */
  readonly body?: unknown;
}

/** What becomes of a request: an answer, or what a test does with the connection itself. */
export type Answering =
  | RegisterAnswer
  | ((request: RegisterRequest, response: ServerResponse) => RegisterAnswer | undefined);

/** A register and its token endpoint that say what each test tells them to, and write down what they are asked. */
export interface RegisterDouble {
  /** The settings with which the product finds it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly requests: RegisterRequest[];
  readonly tokenRequests: RegisterRequest[];
  /** Every further request to the register gets the next of these, and the last again and again. */
  answer(...answers: readonly Answering[]): void;
  /** The same for the token endpoint, which grants tokens otherwise. */
  answerTokens(...answers: readonly Answering[]): void;
  close(): Promise<void>;
}

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const apiKey = 'an-api-key';
const keyId = 'test-1';

/** Starts it on this machine. */
export async function startRegisterDouble(): Promise<RegisterDouble> {
  const requests: RegisterRequest[] = [];
  const tokenRequests: RegisterRequest[] = [];
  let answers: readonly Answering[] = [{ status: 500 }];
  let tokenAnswers: readonly Answering[] = [];
  const next = (list: readonly Answering[]): [Answering | undefined, readonly Answering[]] => [
    list[0],
    list.length > 1 ? list.slice(1) : list,
  ];
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '/', 'http://register.test');
    const request: RegisterRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: (await incoming.toArray()).join(''),
      at: performance.now(),
    };
    const isToken = url.pathname === '/oauth2/token';
    (isToken ? tokenRequests : requests).push(request);
    let answering: Answering | undefined;
    if (isToken) [answering, tokenAnswers] = next(tokenAnswers);
    else [answering, answers] = next(answers);
    answering ??= grantToken;
    const answer = typeof answering === 'function' ? answering(request, response) : answering;
    if (answer === undefined) return;
    const { status = 200, headers = {}, body = '' } = answer;
    response.writeHead(status, { 'content-type': 'application/fhir+json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = createServer((incoming, response) => void handle(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    environment: {
      BEVAN_PDS_URL: `${origin}/personal-demographics/FHIR/R4`,
      BEVAN_PDS_TOKEN_URL: `${origin}/oauth2/token`,
      BEVAN_PDS_API_KEY: apiKey,
      BEVAN_PDS_KEY_ID: keyId,
      BEVAN_PDS_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      BEVAN_PDS_REQUESTS_PER_SECOND: '1000',
    },
    requests,
    tokenRequests,
    answer: (...given) => {
      answers = given;
    },
    answerTokens: (...given) => {
      tokenAnswers = given;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function grantToken(): RegisterAnswer {
  return { body: { access_token: randomUUID(), expires_in: '599', token_type: 'Bearer' } };
}

/** @returns what a client assertion holds, if it is signed with the key that the platform knows */
export async function verifyAssertion(assertion: string) {
  return jwtVerify(assertion, publicKey, { algorithms: ['RS512'], issuer: apiKey, subject: apiKey });
}

/** An answer of the register that is no entry. @param code the register's own word */
export function outcome(status: number, code: string, more: RegisterAnswer = {}): RegisterAnswer {
  return {
    status,
    ...more,
    body: {
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: status === 200 ? 'information' : 'error',
          code: 'value',
          details: {
            coding: [
              { system: 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode', version: '1', code },
            ],
          },
          diagnostics: 'Words that may say who was asked for: Ada Example',
        },
      ],
    },
  };
}

/** An entry of the register, as it is read. @param more members that are otherwise */
export function entry(more: Readonly<Record<string, unknown>> = {}) {
  const id = typeof more['id'] === 'string' ? more['id'] : '9990000018';
  return {
    resourceType: 'Patient',
    id,
    identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: id }],
    meta: { versionId: '2', security: [{ code: 'U', display: 'unrestricted' }] },
    name: [
      { id: 'N0', use: 'nickname', given: ['Addie'], family: 'Example' },
      { id: 'N1', use: 'usual', given: ['Ada', 'May'], family: 'Example', period: { start: '2000-01-01' } },
    ],
    gender: 'female',
    birthDate: '1985-03-12',
    address: [{ id: 'A1', use: 'home', line: ['1 High Street'], postalCode: 'LS1 6AE' }],
    telecom: [
      { id: 'T1', system: 'phone', use: 'mobile', value: '07700900123' },
      { id: 'T2', system: 'email', use: 'home', value: 'ada@people.example' },
    ],
    generalPractitioner: [
      {
        id: 'G1',
        type: 'Organization',
        identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'A20047' },
      },
    ],
    ...more,
  };
}

/** What a search answers that has found these. */
export function found(...resources: readonly unknown[]) {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    timestamp: '2026-01-01T00:00:00+00:00',
    total: resources.length,
    ...(resources.length === 0
      ? {}
      : { entry: resources.map((resource) => ({ search: { score: 1 }, resource })) }),
  };
}
