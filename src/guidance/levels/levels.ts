import type { Settings } from '#foundation/settings';
import { identityLevels, levelsOf, type IdentityLevel } from '#identity';

/** What the page says of a level, so that it promises nothing that isn't there. */
export interface LevelShown {
  readonly id: IdentityLevel;
  readonly status: 'open' | 'closed' | 'made-up';
}

/** @returns every level, with whether somebody can reach it here */
export function describeLevels(settings: Settings): LevelShown[] {
  const held = levelsOf(settings);
  return identityLevels.map((id) => ({ id, status: held.includes(id) ? statusOf(id, settings) : 'closed' }));
}

/** In a sandbox people are made at the high level; no way there leads to it yet. */
function statusOf(id: IdentityLevel, { mode }: Settings): 'open' | 'made-up' {
  return mode === 'sandbox' && id === 'P9' ? 'made-up' : 'open';
}
