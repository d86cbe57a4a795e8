import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const repository = path.resolve(import.meta.dirname, '../..');

/** A file of the product, with its path from the repository, in slashes. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** @returns the files that match, tests left out */
export function readSources(pattern: string): Source[] {
  return globSync(pattern, { cwd: repository })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => ({ file, text: readFileSync(path.join(repository, file), 'utf8') }));
}

/** @returns `accounts` for `src/accounts/…`, `foundation/audit` for `src/foundation/audit/…` */
export function roomOf(file: string): string {
  const [, room = '', part = ''] = file.split('/');
  return room === 'foundation' ? `foundation/${part}` : room;
}
