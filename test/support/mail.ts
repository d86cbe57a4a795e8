/** An e-mail as a mail program would show it. */
export interface ReadMail {
  /** By their names in small letters, unfolded. */
  readonly headers: ReadonlyMap<string, string>;
  readonly subject: string;
  /** The readable parts by their types: `text/plain`, `text/html`. */
  readonly parts: ReadonlyMap<string, string>;
}

/** Reads an e-mail of one or several alternative parts, as a mail program would (RFC 2045, 2047). */
export function readMail(raw: Buffer): ReadMail {
  const { headers, body } = split(raw.toString('latin1'));
  const boundary = /boundary="?([^";]+)"?/u.exec(headers.get('content-type') ?? '')?.[1];
  const entities =
    boundary === undefined ? [{ headers, body }] : body.split(`--${boundary}`).slice(1, -1).map(split);
  const parts = entities.map((entity) => {
    const [type = ''] = (entity.headers.get('content-type') ?? '').split(';');
    return [type, decode(entity.body, entity.headers.get('content-transfer-encoding') ?? '7bit')] as const;
  });
  return { headers, subject: decodeWords(headers.get('subject') ?? ''), parts: new Map(parts) };
}

function split(entity: string): { headers: Map<string, string>; body: string } {
  const text = entity.replace(/^\r\n/u, '');
  const end = text.indexOf('\r\n\r\n');
  const lines = text
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/gu, ' ')
    .split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { headers: new Map(headers), body: text.slice(end + 4) };
}

function decode(body: string, encoding: string): string {
  const bytes =
    encoding === 'base64'
      ? Buffer.from(body, 'base64')
      : Buffer.from(encoding === 'quoted-printable' ? unquote(body.replaceAll('=\r\n', '')) : body, 'latin1');
  return bytes.toString('utf8').replaceAll('\r\n', '\n');
}

function unquote(text: string): string {
  return text.replaceAll(/=([0-9A-F]{2})/gu, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}

function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/gu, '?==?')
    .replaceAll(/=\?utf-8\?([QB])\?([^?]*)\?=/giu, (_, kind: string, word: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString('utf8')
        : Buffer.from(unquote(word.replaceAll('_', ' ')), 'latin1').toString('utf8'),
    );
}
