/** A form of a page: where it goes, and what a browser would send if nobody touched it. */
export interface Form {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  /** All that may be filled in, also what is not sent untouched: boxes and choices. */
  readonly names: ReadonlySet<string>;
  readonly buttons: readonly string[];
  /** The field in which a file is chosen. */
  readonly file: string | undefined;
}

/** What a person sees of an answer. */
export interface Page {
  readonly status: number;
  /** Its address; one outside the product is where the person was sent to, not a page that was read. */
  readonly address: URL;
  readonly headers: Headers;
  readonly html: string;
  readonly language: string;
  readonly title: string;
  readonly heading: string;
  /** All words of its main part, one space between any two. */
  readonly text: string;
  /** The words at each field that has an error. */
  readonly errors: Readonly<Record<string, string>>;
  /** The words at the head of the page that lead to those fields. */
  readonly errorSummary: readonly string[];
  readonly forms: readonly Form[];
  readonly links: readonly { readonly text: string; readonly href: string }[];
}

/** Reads an answer as a browser would. */
export function readPage(answer: { status: number; address: URL; headers: Headers; html: string }): Page {
  const { html } = answer;
  const main = partsOf(html, 'main')[0]?.inner ?? '';
  return {
    ...answer,
    language: /<html lang="(\w+)"/u.exec(html)?.[1] ?? '',
    title: textOf(partsOf(html, 'title')[0]?.inner ?? ''),
    heading: textOf(partsOf(main, 'h1')[0]?.inner ?? ''),
    text: textOf(main),
    errors: Object.fromEntries(
      [...main.matchAll(fieldError)].map(({ groups }) => [
        groups?.['field'] ?? '',
        textOf(groups?.['words'] ?? ''),
      ]),
    ),
    errorSummary: partsOf(main, 'ul')
      .filter(({ attributes }) => attributes.get('class')?.includes('nhsuk-error-summary__list'))
      .flatMap(({ inner }) => partsOf(inner, 'li').map((item) => textOf(item.inner))),
    forms: partsOf(main, 'form').map(readForm),
    links: partsOf(html, 'a').map(({ attributes, inner }) => ({
      text: textOf(inner),
      href: attributes.get('href') ?? '',
    })),
  };
}

/** The word “Error”, for those who hear the page, stands before the words in an element of its own. */
const fieldError =
  /class="nhsuk-error-message" id="(?<field>[\w-]+)-error">\s*<span[^>]*>[^<]*<\/span>(?<words>[^<]*)<\/span>/gu;

interface Part {
  readonly attributes: ReadonlyMap<string, string>;
  readonly inner: string;
}

/** @returns the elements of that name; none of those that pages here use stands within another of its name */
function partsOf(html: string, name: string): Part[] {
  const pattern = new RegExp(
    String.raw`<${name}(?<attributes>(?:\s[^>]*)?)>(?<inner>[\s\S]*?)</${name}>`,
    'gu',
  );
  return [...html.matchAll(pattern)].map(({ groups }) => ({
    attributes: readAttributes(groups?.['attributes'] ?? ''),
    inner: groups?.['inner'] ?? '',
  }));
}

function readAttributes(text: string): Map<string, string> {
  const found = text.matchAll(/(?<name>[\w:-]+)(?:="(?<value>[^"]*)")?/gu);
  return new Map([...found].map(({ groups }) => [groups?.['name'] ?? '', decode(groups?.['value'] ?? '')]));
}

function readForm({ attributes, inner }: Part): Form {
  const fields: Record<string, string> = {};
  const names = new Set<string>();
  let file: string | undefined;
  for (const [, text = ''] of inner.matchAll(/<input(\s[^>]*)>/gu)) {
    const input = readAttributes(text);
    const name = input.get('name') ?? '';
    names.add(name);
    if (input.get('type') === 'file') {
      file = name;
      continue;
    }
    const isChoice = ['checkbox', 'radio'].includes(input.get('type') ?? '');
    if (!isChoice || input.has('checked')) fields[name] = input.get('value') ?? '';
  }
  for (const area of partsOf(inner, 'textarea')) {
    const name = area.attributes.get('name') ?? '';
    names.add(name);
    // The first line break after the tag is none of the text. See HTML, 13.1.2.5.
    fields[name] = decode(area.inner.replace(/^\n/u, ''));
  }
  for (const select of partsOf(inner, 'select')) {
    const name = select.attributes.get('name') ?? '';
    names.add(name);
    const options = partsOf(select.inner, 'option');
    const chosen = options.find((option) => option.attributes.has('selected')) ?? options[0];
    fields[name] = chosen?.attributes.get('value') ?? '';
  }
  const buttons = partsOf(inner, 'button')
    .filter((button) => button.attributes.get('type') !== 'button')
    .map((button) => textOf(button.inner));
  return { action: attributes.get('action') ?? '', fields, names, buttons, file };
}

function textOf(html: string): string {
  return decode(html.replaceAll('<wbr>', '').replaceAll(/<[^>]*>/gu, ' '))
    .replaceAll(/\s+/gu, ' ')
    .trim();
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replaceAll(/&(#?\w+);/gu, (whole, name: string) =>
    name.startsWith('#')
      ? String.fromCodePoint(Number(name.startsWith('#x') ? `0${name.slice(1)}` : name.slice(1)))
      : (entities[name] ?? whole),
  );
}
