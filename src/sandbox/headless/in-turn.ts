/** The last one in each queue, by whose it is: a person's, by e-mail address, or that of a number. */
export type Queues = Map<string, Promise<void>>;

/**
 * A person has two hands: one person's passwords and codes are entered one after the other. Otherwise many at once
 * would look like guessing, and one would read the code that another had asked for.
 */
export async function inTurn<T>(queues: Queues, name: string, work: () => Promise<T>): Promise<T> {
  const turn = (queues.get(name) ?? Promise.resolve()).then(work);
  const ended = turn.then(
    () => undefined,
    () => undefined,
  );
  queues.set(name, ended);
  try {
    return await turn;
  } finally {
    if (queues.get(name) === ended) queues.delete(name);
  }
}
