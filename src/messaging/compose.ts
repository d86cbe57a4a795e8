import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '#foundation/errors';
import { type Language } from '#foundation/web';
import { z } from 'zod';
import { toHtml } from './html.ts';
import {
  accountChanges,
  emailMessages,
  smsMessages,
  voiceMessages,
  waitingChanges,
  type SendableMessage,
} from './message.ts';
import type { ReadyMessage } from './sender.ts';

/** Words by the plural categories of their language, with a place for the number. */
const counted = z.strictObject({
  one: z.string().optional(),
  two: z.string().optional(),
  few: z.string().optional(),
  many: z.string().optional(),
  other: z.string(),
});
const emailWords = z.strictObject({
  subject: z.string(),
  lines: z.array(z.string()).min(1),
  /** The words of the one button, for messages that have a link. */
  button: z.string().optional(),
  ending: z.array(z.string()).min(1),
});
const catalogue = z.strictObject({
  hours: counted,
  minutes: counted,
  copyLink: z.string(),
  footer: z.array(z.string()).min(1),
  changes: z.record(z.enum(accountChanges), z.string()),
  waitingChanges: z.record(z.enum(waitingChanges), z.string()),
  email: z.record(z.enum(emailMessages), emailWords),
  sms: z.record(z.enum(smsMessages), z.string()),
  /** What a call says, where `{digits}` is its code, digit by digit. */
  voice: z.record(z.enum(voiceMessages), z.string()),
});
export type Catalogue = z.output<typeof catalogue>;

/** Reads the words of every message. */
export function loadCatalogues(): Record<Language, Catalogue> {
  const read = (language: Language): Catalogue =>
    catalogue.parse(
      JSON.parse(readFileSync(path.join(import.meta.dirname, `words/${language}.json`), 'utf8')),
    );
  return { en: read('en'), cy: read('cy') };
}

/** What a message's words name beside its own values. */
export interface Surroundings {
  readonly serviceName: string;
  readonly supportContact: string;
  /** How long a code or link in it still works. */
  readonly usefulForSeconds: number;
}

type Composed = Pick<ReadyMessage, 'subject' | 'text' | 'html' | 'code' | 'links'>;

const controls = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Puts a message into words.
 *
 * @throws {Fault} `messaging.unsendable` when its subject would hold more than one line
 */
export function compose(words: Catalogue, message: SendableMessage, around: Surroundings): Composed {
  const { language, values } = message;
  const code = 'code' in values ? values.code : undefined;
  const link = 'link' in values ? values.link : undefined;
  const places: Record<string, string> = {
    serviceName: around.serviceName,
    supportContact: around.supportContact,
    code: code ?? '',
    digits: spellDigits(code),
    link: link ?? '',
    practice: 'practice' in values ? values.practice : '',
    expiry: spellDuration(words, language, around.usefulForSeconds),
  };
  const fillWith = (known: Record<string, string>, text: string): string =>
    text.replaceAll(/\{(\w+)\}/gu, (place, name: string) => known[name] ?? place);
  const change = fillWith(places, changeIn(words, message));
  const fill = (text: string): string => fillWith({ ...places, change }, text);
  const carried = { ...(code === undefined ? {} : { code }), links: link === undefined ? [] : [link] };
  if (message.channel === 'sms') return { text: fill(words.sms[message.message]), ...carried };
  if (message.channel === 'voice') return { text: fill(words.voice[message.message]), ...carried };

  const email = words.email[message.message];
  const subject = fill(email.subject);
  if (controls.test(subject)) throw new Fault('messaging.unsendable', { cause: 'subject' });
  const lines = email.lines.map(fill);
  const ending = [...email.ending, ...words.footer].map(fill);
  const action =
    link === undefined || email.button === undefined
      ? undefined
      : { button: fill(email.button), link, copyLink: fill(words.copyLink) };
  const linked = action === undefined ? [] : [`${action.button}:\n${action.link}`];
  const text = `${[...lines, ...linked, ...ending].join('\n\n')}\n`;
  return { subject, text, html: toHtml({ language, subject, lines, code, action, ending }), ...carried };
}

/** A full stop has every voice pause, so that there is time to write. */
function spellDigits(code = ''): string {
  return [...code].join('. ');
}

function changeIn({ changes, waitingChanges: waiting }: Catalogue, message: SendableMessage): string {
  if (message.message === 'account-changed') return changes[message.values.change];
  return message.message === 'change-waits' ? waiting[message.values.change] : '';
}

/** Making one takes longer than all the rest of a message. */
const pluralRules = { en: new Intl.PluralRules('en'), cy: new Intl.PluralRules('cy') };

/** Whole hours from one on, whole minutes below; half a minute is rounded up, as a message takes a moment to be read. */
function spellDuration(words: Catalogue, language: Language, seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const [count, unit] = minutes < 60 ? [minutes, words.minutes] : [Math.floor(minutes / 60), words.hours];
  const category = pluralRules[language].select(count);
  const form = (category === 'zero' ? undefined : unit[category]) ?? unit.other;
  return form.replace('{count}', String(count));
}
