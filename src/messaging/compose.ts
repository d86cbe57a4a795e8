import { readFileSync } from 'node:fs';
import path from 'node:path';
import { languages, type Language } from '#foundation/web';
import { z } from 'zod';
import type { ReadyMessage } from './sender.ts';

/** What a message can say; each exists in every language. */
export const emailMessages = ['confirm-email', 'already-registered', 'reset-password', 'password-changed', 'welcome'] as const;
export const smsMessages = ['confirm-phone', 'sign-in-code'] as const;
export type MessageName = (typeof emailMessages)[number] | (typeof smsMessages)[number];

/** Values for the places in a message's words. */
export interface MessageValues {
  readonly code?: string;
  readonly link?: string;
}

const emailWords = z.object({
  subject: z.string(),
  lines: z.array(z.string()).min(1),
  /** The words of the one button, for messages that have a link. */
  button: z.string().optional(),
  ending: z.array(z.string()).min(1),
});
const catalogueSchema = z.object({
  signature: z.string(),
  copyLink: z.string(),
  email: z.record(z.enum(emailMessages), emailWords),
  sms: z.record(z.enum(smsMessages), z.string()),
});
export type Catalogue = z.output<typeof catalogueSchema>;

/** Reads the words of every message. */
export function loadCatalogues(): Record<Language, Catalogue> {
  const read = (language: Language): Catalogue =>
    catalogueSchema.parse(JSON.parse(readFileSync(path.join(import.meta.dirname, `words/${language}.json`), 'utf8')));
  const [en, cy] = languages.map(read);
  if (en === undefined || cy === undefined) throw new Error('a language has no catalogue');
  return { en, cy };
}

type Composed = Omit<ReadyMessage, 'id' | 'channel' | 'to'>;

/** Puts a message into words. */
export function compose(
  catalogue: Catalogue,
  language: Language,
  message: { name: MessageName; values: MessageValues; serviceName: string; supportContact: string },
): Composed {
  const { code, link } = message.values;
  const fill = (text: string): string =>
    text
      .replaceAll('{code}', code ?? '')
      .replaceAll('{serviceName}', message.serviceName)
      .replaceAll('{supportContact}', message.supportContact);
  const carried = { ...(code === undefined ? {} : { code }), links: link === undefined ? [] : [link] };
  const sms = smsMessages.find((name) => name === message.name);
  if (sms !== undefined) return { text: fill(catalogue.sms[sms]), ...carried };
  const email = emailMessages.find((name) => name === message.name);
  if (email === undefined) throw new Error('a message without words');
  const words = catalogue.email[email];
  const lines = words.lines.map(fill);
  const ending = [...words.ending, catalogue.signature].map(fill);
  const button = link === undefined || words.button === undefined ? undefined : { words: fill(words.button), link };
  const copyLink = fill(catalogue.copyLink);
  const text = [...lines, ...(button === undefined ? [] : [`${button.words}:\n${button.link}`]), ...ending].join('\n\n');
  const html = toHtml({ language, subject: fill(words.subject), lines, code, button, copyLink, ending });
  return { subject: fill(words.subject), text: `${text}\n`, html, ...carried };
}

function toHtml(parts: {
  language: Language;
  subject: string;
  lines: readonly string[];
  code: string | undefined;
  button: { words: string; link: string } | undefined;
  copyLink: string;
  ending: readonly string[];
}): string {
  const paragraph = (text: string): string => `<p style="margin:0 0 16px">${text}</p>`;
  const linked = parts.button;
  const action =
    linked === undefined
      ? ''
      : `<p style="margin:0 0 16px"><a href="${escape(linked.link)}" style="background:#003d78;color:#ffffff;padding:12px 16px;text-decoration:none;font-weight:bold;display:inline-block">${escape(linked.words)}</a></p>` +
        paragraph(`${escape(parts.copyLink)}<br><span style="word-break:break-all">${escape(linked.link)}</span>`);
  const lines = parts.lines.map((line) => paragraph(emphasise(escape(line), parts.code))).join('');
  const ending = parts.ending.map((line) => paragraph(escape(line))).join('');
  return (
    `<!DOCTYPE html><html lang="${parts.language}"><head><meta charset="utf-8"><title>${escape(parts.subject)}</title></head>` +
    `<body style="font-family:Arial,sans-serif;font-size:18px;line-height:1.5;color:#212b32;max-width:600px;margin:0 auto;padding:16px">` +
    `${lines}${action}${ending}</body></html>`
  );
}

function emphasise(html: string, code: string | undefined): string {
  return code === undefined ? html : html.replace(code, `<strong style="font-size:24px;letter-spacing:3px">${code}</strong>`);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
