import type { Settings } from '#foundation/settings';
import { identityLevels, levelsOf, type IdentityLevel } from '#identity';

/** What the page says of a level, so that it promises nothing that isn't there. */
export interface LevelShown {
  readonly id: IdentityLevel;
  readonly status: 'open' | 'closed';
}

/** @returns every level, with whether somebody can reach it here */
export function describeLevels(settings: Settings): LevelShown[] {
  const held = levelsOf(settings);
  return identityLevels.map((id) => ({ id, status: held.includes(id) ? 'open' : 'closed' }));
}
