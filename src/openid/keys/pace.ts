/**
 * Lets short work be done at once where it is asked for, and yet never so much of it in one turn of the event loop that
 * everything else would have to wait.
 *
 * @param mostInATurn how often work is done before the others get their turn
 * @returns does the work, in the order in which it came
 */
export function createPace(mostInATurn: number): <T>(work: () => T) => Promise<T> {
  const waiting: (() => void)[] = [];
  let done = 0;
  const beginTurn = () => {
    const next = waiting.splice(0, mostInATurn);
    done = next.length;
    if (done > 0) setImmediate(beginTurn);
    for (const go of next) go();
  };
  return async (work) => {
    if (done === mostInATurn) await new Promise<void>((resolve) => waiting.push(resolve));
    else {
      if (done === 0) setImmediate(beginTurn);
      done += 1;
    }
    return work();
  };
}
