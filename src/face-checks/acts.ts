import { randomInt } from 'node:crypto';
import { scanActs, type ScanAct } from './types.ts';

/** How many acts a scan has. */
const actsOfScan = 4;

const drawnActs = scanActs.filter((act) => act !== 'look-straight');
const turns: readonly ScanAct[] = ['turn-left', 'turn-right'];

/**
 * Draws what somebody is asked to do: first to look straight, as in a document, then three different other things, at
 * least one turn among them, as nobody can foresee.
 */
export function drawActs(): readonly ScanAct[] {
  for (;;) {
    const left = [...drawnActs];
    const drawn = Array.from({ length: actsOfScan - 1 }, () => left.splice(randomInt(left.length), 1)).flat();
    if (drawn.some((act) => turns.includes(act))) return ['look-straight', ...drawn];
  }
}

/** Draws something else in the place of an act whose time is over, which is not asked before or after it. */
export function drawOtherAct(acts: readonly ScanAct[], at: number): ScanAct {
  const near = [acts[at - 1], acts[at], acts[at + 1]];
  const left = drawnActs.filter((act) => !near.includes(act));
  return left[randomInt(left.length)] ?? 'look-straight';
}
