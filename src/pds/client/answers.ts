import { z } from 'zod';
import { parseJson } from './token.ts';

/** The register's word for what it answers instead of what was asked for. */
const outcome = z.object({
  resourceType: z.literal('OperationOutcome'),
  issue: z
    .array(
      z.object({
        details: z.object({ coding: z.array(z.object({ code: z.string() })).min(1) }).optional(),
      }),
    )
    .min(1),
});

/** Codes are words in capitals: what is anything else may hold more than a code, and is not passed on. */
const codeForm = /^[A-Z][A-Z_]{1,60}$/u;

/** An answer of the register as JSON, with its code if it is an `OperationOutcome`. */
export interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly code: string | undefined;
}

export function readAnswer(received: { readonly status: number; readonly text: string }): Answer {
  const json = parseJson(received.text);
  const said = outcome.safeParse(json);
  const code = said.success ? said.data.issue[0]?.details?.coding[0]?.code : undefined;
  return {
    status: received.status,
    json,
    code: code !== undefined && codeForm.test(code) ? code : undefined,
  };
}

/**
 * @param text of `Retry-After`: seconds, or a date
 * @returns milliseconds; undefined when it says nothing
 * @see RFC 9110 §10.2.3
 */
export function readRetryAfter(text: string | undefined, now: Date): number | undefined {
  if (text === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/u.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

const bundle = z.object({
  resourceType: z.literal('Bundle'),
  total: z.number().int().min(0),
  entry: z.array(z.object({ resource: z.unknown() })).optional(),
});

export type SearchAnswer =
  | { readonly outcome: 'none' }
  | { readonly outcome: 'one'; readonly resource: unknown }
  | { readonly outcome: 'many' }
  | { readonly outcome: 'unreadable' };

/** Says how many entries a search has found, and takes no answer for another that only looks like it. */
export function readSearch({ json, code }: Answer): SearchAnswer {
  if (code === 'TOO_MANY_MATCHES') return { outcome: 'many' };
  const found = bundle.safeParse(json);
  if (!found.success) return { outcome: 'unreadable' };
  const { total, entry = [] } = found.data;
  const [first, ...others] = entry;
  if (total > 1 || others.length > 0) return { outcome: 'many' };
  if (total === 0 && first === undefined) return { outcome: 'none' };
  if (total === 1 && first !== undefined) return { outcome: 'one', resource: first.resource };
  return { outcome: 'unreadable' };
}
