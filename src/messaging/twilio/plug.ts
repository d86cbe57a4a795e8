import { openConnections } from '#foundation/outgoing';
import { setting } from '#foundation/settings';
import type { Language } from '#foundation/web';
import { z } from 'zod';
import { senderPlug, type ReadyMessage, type SendOutcome } from '../sender.ts';

const timeoutMs = 10_000;

const baseUrl = z
  .url({ protocol: /^https?$/u })
  .refine((text) => text.startsWith('https:') || isOnThisMachine(text), 'must start with https://')
  .transform((text) => text.replace(/\/+$/u, ''))
  .prefault('https://api.twilio.com');

function isOnThisMachine(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(url)?.hostname ?? '');
}

/** Voices that speak the languages as people in the United Kingdom do. */
const voices: Readonly<Record<Language, { readonly language: string; readonly voice: string }>> = {
  en: { language: 'en-GB', voice: 'Polly.Amy' },
  cy: { language: 'cy-GB', voice: 'Polly.Gwyneth' },
};

/** The number or the call itself is what they refuse. 401, 403, 429 and 5xx are about us or them, and pass. */
const refusedStatus = 400;

/**
 * Calls through Twilio's Programmable Voice: what is said goes along with the request, so nothing of ours has to be
 * reachable from there. It keeps no recording.
 *
 * @see https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource
 */
const plug = senderPlug({
  id: 'twilio',
  channels: ['voice'],
  settings: {
    accountSid: setting({
      variable: 'BEVAN_TWILIO_ACCOUNT_SID',
      schema: z
        .string('is needed when calls go through Twilio')
        .regex(/^AC[0-9a-f]{32}$/u, 'must be AC and 32 hexadecimal digits'),
      byDefault: 'none; needed when this sender is chosen',
      sentence: 'The SID of your account at Twilio.',
    }),
    keySid: setting({
      variable: 'BEVAN_TWILIO_API_KEY_SID',
      schema: z
        .string('is needed when calls go through Twilio')
        .regex(/^SK[0-9a-f]{32}$/u, 'must be SK and 32 hexadecimal digits'),
      byDefault: 'none; needed when this sender is chosen',
      sentence: 'The SID of an API key of that account.',
    }),
    keySecret: setting({
      variable: 'BEVAN_TWILIO_API_KEY_SECRET',
      schema: z
        .string('is needed when calls go through Twilio')
        .regex(/^[\w-]{16,100}$/u, 'must be the secret of an API key'),
      byDefault: 'none; needed when this sender is chosen',
      sentence: 'The secret of that API key.',
      secret: true,
    }),
    from: setting({
      variable: 'BEVAN_TWILIO_FROM',
      schema: z
        .string('is needed when calls go through Twilio')
        .regex(/^\+[1-9]\d{6,14}$/u, 'must be a number such as +441632960001'),
      byDefault: 'none; needed when this sender is chosen',
      sentence: 'The number that people are called from, one of that account, in the international format.',
    }),
    baseUrl: setting({
      variable: 'BEVAN_TWILIO_BASE_URL',
      schema: baseUrl,
      byDefault: '`https://api.twilio.com`',
      sentence: 'Where Twilio’s API is.',
    }),
  },
  createSender: ({ accountSid, keySid, keySecret, from, baseUrl: base }) => {
    const send = openConnections();
    const url = new URL(`${base}/2010-04-01/Accounts/${accountSid}/Calls.json`);
    const headers = {
      authorization: `Basic ${Buffer.from(`${keySid}:${keySecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    };
    return {
      send: async (_house, message) => {
        const body = new URLSearchParams({ To: message.to, From: from, Twiml: speak(message) }).toString();
        const received = await send({ method: 'POST', url, headers, body }, { timeoutMs });
        return received.outcome === 'answered'
          ? outcomeOf(received.status)
          : { outcome: 'not_now', reason: `twilio-${received.reason.replaceAll('-', '_')}` };
      },
    };
  },
});

/** What the call says, slowly. Its id stands in it, so that a call that was asked for twice can be told in their log. */
function speak({ id, language, text }: ReadyMessage): string {
  const { language: spoken, voice } = voices[language];
  const said = `<prosody rate="85%">${escape(text)}</prosody>`;
  return `<Response><!-- ${id} --><Pause length="1"/><Say language="${spoken}" voice="${voice}">${said}</Say></Response>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function outcomeOf(status: number): SendOutcome {
  if (status >= 200 && status < 300) return { outcome: 'sent' };
  const reason = `twilio-${status}`;
  return { outcome: status === refusedStatus ? 'refused' : 'not_now', reason };
}

export default plug;
