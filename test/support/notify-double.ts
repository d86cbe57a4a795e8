import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { jwtVerify } from 'jose';
import { z } from 'zod';

/** A message that the double took, with its template filled in. */
export interface TakenNotification {
  readonly type: 'email' | 'sms';
  readonly to: string;
  readonly subject?: string;
  readonly body: string;
  readonly reference: string | undefined;
}

/** A double of GOV.UK Notify that answers as its API is documented. */
export interface NotifyDouble {
  readonly url: string;
  readonly apiKey: string;
  readonly emailTemplate: string;
  readonly smsTemplate: string;
  readonly taken: readonly TakenNotification[];
  /** Each request as method and path. */
  readonly requests: readonly string[];
  /** Answers these statuses to the next requests to send; `0` takes the message and then breaks the connection. */
  answerNext(...statuses: number[]): void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

const submission = z.object({
  template_id: z.string(),
  email_address: z.string().optional(),
  phone_number: z.string().optional(),
  personalisation: z.record(z.string(), z.string()).default({}),
  reference: z.string().optional(),
});

const errorsByStatus: Record<number, { error: string; message: string }> = {
  400: { error: 'ValidationError', message: 'email_address Not a valid email address' },
  403: { error: 'AuthError', message: 'Invalid token: API key not found' },
  429: {
    error: 'RateLimitError',
    message: 'Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds',
  },
  500: { error: 'Exception', message: 'Internal server error' },
};

interface Answer {
  readonly status: number;
  readonly body: object;
}

const refusal = (status: number, message = errorsByStatus[status]?.message): Answer => ({
  status,
  body: { status_code: status, errors: [{ ...errorsByStatus[status], message }] },
});

/** Starts the double on this machine. */
export async function startNotifyDouble(): Promise<NotifyDouble> {
  const [serviceId, secret, emailTemplate, smsTemplate] = Array.from({ length: 4 }, () => randomUUID());
  if (!serviceId || !secret || !emailTemplate || !smsTemplate) throw new Error('four ids were made');
  const templates = new Map<string, { type: 'email' | 'sms'; subject: string | undefined; body: string }>([
    [emailTemplate, { type: 'email', subject: '((subject))', body: '((body))' }],
    [smsTemplate, { type: 'sms', subject: undefined, body: '((body))' }],
  ]);
  const taken: TakenNotification[] = [];
  const requests: string[] = [];
  const statuses: number[] = [];

  const isAllowed = async (request: IncomingMessage): Promise<boolean> => {
    const token = request.headers.authorization?.replace(/^Bearer /u, '') ?? '';
    const options = { algorithms: ['HS256'], issuer: serviceId, maxTokenAge: 30, clockTolerance: 30 };
    return jwtVerify(token, Buffer.from(secret), options).then(
      () => true,
      () => false,
    );
  };
  const take = (type: 'email' | 'sms', text: string): Answer => {
    const { template_id: id, personalisation, reference, ...rest } = submission.parse(JSON.parse(text));
    const template = templates.get(id);
    const to = type === 'email' ? rest.email_address : rest.phone_number;
    if (template === undefined) return refusal(400, 'Template not found');
    if (template.type !== type || to === undefined) return refusal(400, `${type} template is not suitable`);
    const missing = [...`${template.subject ?? ''}${template.body}`.matchAll(/\(\((\w+)\)\)/gu)].find(
      ([, name = '']) => personalisation[name] === undefined,
    );
    if (missing !== undefined) return refusal(400, `Missing personalisation: ${missing[1]}`);
    const fill = (words: string): string =>
      words.replaceAll(/\(\((\w+)\)\)/gu, (_, name: string) => personalisation[name] ?? '');
    const subject = template.subject === undefined ? {} : { subject: fill(template.subject) };
    taken.push({ type, to, reference, ...subject, body: fill(template.body) });
    return { status: 201, body: { id: randomUUID(), reference: reference ?? null, template: { id } } };
  };
  const list = (reference: string | null): Answer => ({
    status: 200,
    body: { notifications: taken.filter((one) => one.reference === reference), links: {} },
  });

  const answer = async (request: IncomingMessage): Promise<Answer | undefined> => {
    const url = new URL(request.url ?? '/', 'http://notify.test');
    requests.push(`${request.method ?? ''} ${url.pathname}`);
    const text = (await request.toArray()).join('');
    if (!(await isAllowed(request))) return refusal(403);
    if (request.method === 'GET' && url.pathname === '/v2/notifications')
      return list(url.searchParams.get('reference'));
    const type = /^\/v2\/notifications\/(email|sms)$/u.exec(url.pathname)?.[1];
    if (request.method !== 'POST' || type === undefined) return { status: 404, body: {} };
    const status = statuses.shift();
    if (status !== undefined && status !== 0) return refusal(status);
    const done = take(type === 'email' ? 'email' : 'sms', text);
    return status === 0 ? undefined : done;
  };
  const open = async (port: number) => {
    const made = createServer((request, response) => {
      void answer(request).then((answered) => {
        if (answered === undefined) return request.socket.destroy();
        response.writeHead(answered.status, { 'content-type': 'application/json' });
        return response.end(JSON.stringify(answered.body));
      });
    });
    await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
    return made;
  };
  let server: Awaited<ReturnType<typeof open>> | undefined = await open(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    apiKey: `a-test-key-${serviceId}-${secret}`,
    emailTemplate,
    smsTemplate,
    taken,
    requests,
    answerNext: (...next) => {
      statuses.push(...next);
    },
    stop: async () => {
      const closing = server;
      server = undefined;
      closing?.closeAllConnections();
      if (closing !== undefined) await new Promise((resolve) => closing.close(resolve));
    },
    start: async () => {
      server ??= await open(port);
    },
  };
}
