import { setting, SettingsFault } from '#foundation/settings';
import type { NotifyClient } from 'notifications-node-client';
import { z } from 'zod';
import { senderPlug, type ReadyMessage, type SendOutcome } from '../sender.ts';

/** It calls nobody. */
const served = ['email', 'sms'] as const;
type Served = (typeof served)[number];

const timeoutMs = 10_000;
const mostAnswerBytes = 1_000_000;

/** A name, the service's id and the key's secret. */
const apiKey = z
  .string('is needed when messages go through GOV.UK Notify')
  .regex(
    /^.+-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u,
    'must be a key as GOV.UK Notify issues it',
  );

const baseUrl = z
  .url({ protocol: /^https?$/u })
  .refine((text) => text.startsWith('https:') || isOnThisMachine(text), 'must start with https://')
  .transform((text) => text.replace(/\/+$/u, ''))
  .prefault('https://api.notifications.service.gov.uk');

function isOnThisMachine(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(url)?.hostname ?? '');
}

const answered = z.object({ response: z.object({ status: z.number() }) });
const failedOnTheWay = z.object({ code: z.string() });
const found = z.object({ data: z.object({ notifications: z.array(z.object({ reference: z.string() })) }) });

/** 400 is about the message itself: another try can't help. 403, 429 and 5xx are about us or them, and pass. */
const refusedStatus = 400;

const templateSettings = {
  email: setting({
    variable: 'BEVAN_NOTIFY_EMAIL_TEMPLATE',
    schema: z.uuid('must be the id of a template').optional(),
    byDefault: 'none; needed when this sender is chosen for e-mail',
    sentence: 'The id of an e-mail template whose subject is `((subject))` and whose body is `((body))`.',
  }),
  sms: setting({
    variable: 'BEVAN_NOTIFY_SMS_TEMPLATE',
    schema: z.uuid('must be the id of a template').optional(),
    byDefault: 'none; needed when this sender is chosen for text messages',
    sentence: 'The id of a text message template whose body is `((body))`.',
  }),
} as const;

/**
 * E-mail and text messages through GOV.UK Notify. The words are ours: the templates there only hold `((subject))` and
 * `((body))`.
 *
 * @see https://docs.notifications.service.gov.uk/node.html
 */
const plug = senderPlug({
  id: 'notify',
  channels: served,
  settings: {
    apiKey: setting({
      variable: 'BEVAN_NOTIFY_API_KEY',
      schema: apiKey,
      byDefault: 'none; needed when this sender is chosen',
      sentence: 'The key of your service at GOV.UK Notify.',
      secret: true,
    }),
    baseUrl: setting({
      variable: 'BEVAN_NOTIFY_BASE_URL',
      schema: baseUrl,
      byDefault: '`https://api.notifications.service.gov.uk`',
      sentence: 'Where GOV.UK Notify’s API is.',
    }),
    ...templateSettings,
  },
  createSender: (values, { channels }) => {
    requireTemplates(
      values,
      served.filter((channel) => channels.includes(channel)),
    );
    // Only a process that sends through it loads its library.
    let opened: Promise<NotifyClient> | undefined;
    return {
      send: async (_house, message) => {
        const { channel } = message;
        if (channel === 'voice') return { outcome: 'refused', reason: 'notify-channel' };
        try {
          opened ??= openClient(values);
          const client = await opened;
          if (message.attempt > 1 && (await wasAccepted(client, message.id))) return { outcome: 'sent' };
          await submit(client, values[channel] ?? '', message);
          return { outcome: 'sent' };
        } catch (error) {
          return outcomeOf(error);
        }
      },
    };
  },
});

function requireTemplates(
  templates: Readonly<Record<Served, string | undefined>>,
  channels: readonly Served[],
): void {
  const missing = channels.filter((channel) => templates[channel] === undefined);
  if (missing.length === 0) return;
  throw new SettingsFault(
    missing.map((channel) => {
      const { variable, sentence } = templateSettings[channel];
      return `${variable} is not set. ${sentence}`;
    }),
  );
}

/** The same class, which the library knows by the declarations of its other module system. */
const restClient = z.custom<Parameters<NotifyClient['setClient']>[0]>((value) => typeof value === 'function');

async function openClient(values: {
  readonly baseUrl: string;
  readonly apiKey: string;
}): Promise<NotifyClient> {
  const notify = await import('notifications-node-client');
  const client = new notify.NotifyClient(values.baseUrl, values.apiKey);
  client.setClient(restClient.parse(await httpClient(values.baseUrl)));
  return client;
}

/** The library's own client waits for ever and follows wherever it is sent. */
async function httpClient(url: string) {
  const { default: axios } = await import('axios');
  const client = axios.create({
    maxRedirects: 0,
    maxContentLength: mostAnswerBytes,
    ...(isOnThisMachine(url) ? { proxy: false as const } : {}),
  });
  client.interceptors.request.use((request) => ({ ...request, signal: AbortSignal.timeout(timeoutMs) }));
  return client;
}

/** Notify takes a repeated reference for another message, so a message that may have been sent is looked up first. */
async function wasAccepted(client: NotifyClient, reference: string): Promise<boolean> {
  const { notifications } = found.parse(await client.getNotifications(undefined, undefined, reference)).data;
  return notifications.some((notification) => notification.reference === reference);
}

async function submit(client: NotifyClient, template: string, message: ReadyMessage): Promise<void> {
  const { id: reference, to, subject, text: body } = message;
  if (message.channel === 'sms') await client.sendSms(template, to, { personalisation: { body }, reference });
  else await client.sendEmail(template, to, { personalisation: { subject, body }, reference });
}

/** Takes an error's codes and nothing else: it holds the whole request, with its key and its text. */
function outcomeOf(error: unknown): SendOutcome {
  const answer = answered.safeParse(error);
  if (answer.success) {
    const { status } = answer.data.response;
    return { outcome: status === refusedStatus ? 'refused' : 'not_now', reason: `notify-${status}` };
  }
  const failure = failedOnTheWay.safeParse(error);
  return { outcome: 'not_now', reason: `notify-${failure.success ? failure.data.code : 'unknown'}` };
}

export default plug;
