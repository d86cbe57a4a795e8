import type { Nation } from '#foundation/identifiers';
import type { Identity } from './record.ts';

/**
 * Finds where somebody counts as living: what they said themselves, as long as the national register's address does not
 * say otherwise. An address near a border may lie in either nation; then what they said decides, if it is one of these.
 *
 * @param said where the person said that they live, when they signed up
 * @returns at least one nation; several only when the address may lie in several and the person said another
 */
export function nationsOf(said: Nation, identity: Identity): readonly [Nation, ...Nation[]] {
  const [first, ...others] = identity.level === 'P0' ? [] : (identity.details.homeNations ?? []);
  if (first === undefined || first === said || others.includes(said)) return [said];
  return [first, ...others];
}
