import { readFileSync } from 'node:fs';
import path from 'node:path';

export const folderOfPages = path.resolve(import.meta.dirname, '../../../docs/connect');

/** A page of `docs/connect`, as somebody copies from it. */
export interface Page {
  readonly text: string;
  /** Its blocks that are files: ```` ```js file=server.mjs ````. */
  readonly files: ReadonlyMap<string, string>;
  /** Its blocks that are commands: ```` ```sh step=register ````. */
  readonly steps: ReadonlyMap<string, string>;
}

const block = /^```\w+ (?<kind>file|step)=(?<name>\S+)\n(?<content>[\s\S]*?)^```$/gmu;

/** @param name such as `openid-client.md` */
export function readPage(name: string): Page {
  const text = readFileSync(path.join(folderOfPages, name), 'utf8');
  const files = new Map<string, string>();
  const steps = new Map<string, string>();
  for (const { groups } of text.matchAll(block)) {
    const { kind, name: called = '', content = '' } = groups ?? {};
    (kind === 'file' ? files : steps).set(called, content);
  }
  return { text, files, steps };
}

/** @returns a page in which somebody has written something else in a file; fails if that is not there to be changed */
export function withMistake(page: Page, file: string, changes: Readonly<Record<string, string>>): Page {
  let content = page.files.get(file);
  if (content === undefined) throw new Error(`the page has no file ${file}`);
  for (const [right, wrong] of Object.entries(changes)) {
    if (!content.includes(right)) throw new Error(`${file} has no “${right}”`);
    content = content.replace(right, wrong);
  }
  return { ...page, files: new Map([...page.files, [file, content]]) };
}
