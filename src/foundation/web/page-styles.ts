import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const sourceFolder = path.resolve(import.meta.dirname, '../..');

/**
 * Adds the style sheets of pages that need more than everybody's: the `.css` files beside a `page.njk`.
 *
 * @param add makes a style sheet known by its place below the source folder
 */
export async function addPageStyles(add: (name: string, text: string) => void): Promise<void> {
  const entries = await readdir(sourceFolder, { recursive: true });
  const styles = entries.filter(
    (entry) => entry.endsWith('.css') && existsSync(path.join(sourceFolder, path.dirname(entry), 'page.njk')),
  );
  for (const entry of styles.toSorted())
    add(entry.split(path.sep).join('/'), await readFile(path.join(sourceFolder, entry), 'utf8'));
}
