/** What a process has worked out and need not work out again. It is never the only place where something is known. */
export interface Memory<Value> {
  find(key: string): Value | undefined;
  /** Keeps a value, in the place of an earlier one; where there are as many as may be, the one kept first goes. */
  keep(key: string, value: Value): void;
}

/** @param bounds.most how many values are kept at once */
export function createMemory<Value>({ most }: { readonly most: number }): Memory<Value> {
  const kept = new Map<string, Value>();
  return {
    find: (key) => kept.get(key),
    keep: (key, value) => {
      kept.delete(key);
      const [oldest] = kept.keys();
      if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
      kept.set(key, value);
    },
  };
}
