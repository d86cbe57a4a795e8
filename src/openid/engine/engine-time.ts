import { systemClock, type Clock } from '#foundation/clock';

/**
 * The engine reads the machine's clock, and nothing can tell it another. The house's clock may have been moved, in a
 * sandbox or a test. So times are kept in the house's, and shown to the engine in its own.
 */
export interface EngineTime {
  /** The present by the engine's clock, and by that of the services' machines, in seconds since 1970. */
  now(): number;
  /** @param seconds since 1970 by the engine's clock */
  toHouse(seconds: number): number;
  /** @param seconds since 1970 by the house's clock */
  toEngine(seconds: number): number;
}

export function createEngineTime(clock: Clock): EngineTime {
  const machine = systemClock();
  const shiftSeconds = () => Math.round((clock.now().getTime() - machine.now().getTime()) / 1000);
  return {
    now: () => machine.now().getTime() / 1000,
    toHouse: (seconds) => seconds + shiftSeconds(),
    toEngine: (seconds) => seconds - shiftSeconds(),
  };
}
