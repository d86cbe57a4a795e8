import { randomInt } from 'node:crypto';
import { scanActs, type ScanAct } from './types.ts';

/** How many acts a scan has. */
const actsOfScan = 4;

const drawnActs = scanActs.filter((act) => act !== 'look-straight');
const isTurn = (act: ScanAct): boolean => act === 'turn-left' || act === 'turn-right';

/**
 * Draws what somebody is asked to do: first to look straight, as in a document, then three different other things, at
 * least one turn among them, as nobody can foresee.
 */
export function drawActs(): readonly ScanAct[] {
  for (;;) {
    const left = [...drawnActs];
    const drawn = Array.from({ length: actsOfScan - 1 }, () => left.splice(randomInt(left.length), 1)).flat();
    if (drawn.some(isTurn)) return ['look-straight', ...drawn];
  }
}

/**
 * Draws something else in the place of an act whose time is over: nothing that the scan asks already, and a turn where there were none without
 * it. Otherwise whoever holds up a photo waits until nothing is asked that a photo can't do. To look straight is asked again, as everything
 * else is measured against it.
 */
export function drawOtherAct(acts: readonly ScanAct[], at: number): ScanAct {
  if (acts[at] === 'look-straight') return 'look-straight';
  const left = drawnActs.filter((act) => !acts.includes(act));
  const fitting = acts.toSpliced(at, 1).some(isTurn) ? left : left.filter(isTurn);
  return fitting[randomInt(fitting.length)] ?? 'look-straight';
}
