/** A stretch of text, perhaps a link. */
export interface Span {
  readonly text: string;
  readonly href?: string;
}

/** A paragraph, or a list. */
export interface Block {
  readonly kind: 'paragraph' | 'bullets' | 'steps';
  /** Of a paragraph there is one. */
  readonly items: readonly (readonly Span[])[];
}

const marks = [
  ['bullets', '- '],
  ['steps', '1. '],
] as const;

/** Makes blocks of lines of words: `- ` begins a list's line, `1. ` a step, and `[words](address)` is a link. */
export function toBlocks(lines: string | readonly string[]): Block[] {
  const blocks: { kind: Block['kind']; items: Span[][] }[] = [];
  for (const line of typeof lines === 'string' ? [lines] : lines) {
    const [kind, mark] = marks.find(([, begin]) => line.startsWith(begin)) ?? (['paragraph', ''] as const);
    const spans = toSpans(line.slice(mark.length));
    const last = blocks.at(-1);
    if (kind !== 'paragraph' && last?.kind === kind) last.items.push(spans);
    else blocks.push({ kind, items: [spans] });
  }
  return blocks;
}

const link = /\[(?<text>[^\]]+)\]\((?<href>[^)\s]+)\)/gu;

function toSpans(line: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const match of line.matchAll(link)) {
    const { text = '', href = '' } = match.groups ?? {};
    if (match.index > from) spans.push({ text: line.slice(from, match.index) });
    spans.push({ text, href });
    from = match.index + match[0].length;
  }
  if (from < line.length) spans.push({ text: line.slice(from) });
  return spans;
}
