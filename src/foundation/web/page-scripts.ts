import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '#foundation/errors';

const sourceFolder = path.resolve(import.meta.dirname, '../..');

/** An import of another script beside it or elsewhere in the house; packages are not imported in a browser. */
const imported =
  /(?<before>\bfrom\s*|\bimport\s*\(?\s*)(?<quote>['"])(?<file>\.{1,2}\/[^'"]+\.js)\k<quote>/gu;

/**
 * Adds the scripts of pages: the `.js` files beside a `page.njk`, and what they import. They are modules without a build step; in
 * place of a file they are told its address, so that a script and what it imports always are of one release.
 *
 * @param add makes a script known by its place below the source folder, and says its address
 * @param folder where pages are looked for
 * @throws {Fault} `web.script` for an import that leads nowhere, outside, or in a circle
 */
export async function addPageScripts(
  add: (name: string, text: string) => string,
  folder = sourceFolder,
): Promise<void> {
  const added = new Map<string, string>();
  const underWay = new Set<string>();
  const addScript = async (name: string): Promise<string> => {
    const known = added.get(name);
    if (known !== undefined) return known;
    if (name.startsWith('../') || underWay.has(name)) throw new Fault('web.script', { cause: name });
    underWay.add(name);
    const text = await readScript(path.join(folder, name));
    const addresses = new Map<string, string>();
    for (const { groups } of text.matchAll(imported)) {
      const file = groups?.['file'] ?? '';
      addresses.set(file, await addScript(path.posix.join(path.posix.dirname(name), file)));
    }
    const address = add(
      name,
      text.replace(
        imported,
        (_import, before: string, quote: string, file: string) =>
          `${before}${quote}${addresses.get(file)}${quote}`,
      ),
    );
    added.set(name, address);
    return address;
  };
  for (const name of await scriptsBesidePages(folder)) await addScript(name);
}

async function readScript(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Fault('web.script', { cause: error });
  }
}

async function scriptsBesidePages(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .filter(
      (entry) => entry.endsWith('.js') && existsSync(path.join(folder, path.dirname(entry), 'page.njk')),
    )
    .map((entry) => entry.split(path.sep).join('/'))
    .toSorted();
}
