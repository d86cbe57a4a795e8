import type { House } from '#foundation/deps';
import type { Visit } from './types.ts';

/**
 * Makes work for a step's `before` of which the same button pressed twice does only one.
 *
 * @param keyOf tells by what is asked for whether it is the same
 */
export function onceAtATime<A, C, I, T>(
  keyOf: (visit: Visit<A, C>, input: I) => string,
  work: (house: House, visit: Visit<A, C>, input: I) => Promise<T>,
): (house: House, visit: Visit<A, C>, input: I) => Promise<T> {
  const underWay = new Map<string, Promise<T>>();
  return (house, visit, input) => {
    const key = `${visit.ref} ${keyOf(visit, input)}`;
    const begun = underWay.get(key) ?? work(house, visit, input).finally(() => underWay.delete(key));
    underWay.set(key, begun);
    return begun;
  };
}
