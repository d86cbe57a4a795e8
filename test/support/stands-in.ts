/** What may be ahead of a word: nothing that is a part of it, or a character that is written in several. */
const ahead = String.raw`(?:(?<![\w.-])|(?<=\\[nrt]|\\u[\da-f]{4}|%[\da-f]{2}))`;

/**
 * Says whether a secret stands in a text, such as a log or all that a table holds. Six digits stand by chance in times, durations, and
 * whatever is written in hexadecimal or base64url: in one of some hundred runs. So a code has to stand there as a word of its own.
 */
export function standsIn(text: string, secret: string): boolean {
  if (!/^\d{6}$/u.test(secret)) return text.includes(secret);
  return new RegExp(String.raw`${ahead}${secret}(?![\w-])`, 'iu').test(text);
}
