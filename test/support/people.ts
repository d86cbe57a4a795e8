/** Somebody made up, as they would fill in our forms. */
export interface MadeUp {
  readonly email: string;
  /** As they write it. */
  readonly phone: string;
  readonly password: string;
}

/** @returns somebody whom no other call has returned, with a number of the range that belongs to nobody */
export function createPeople(): (name: string) => MadeUp {
  let count = 0;
  return (name) => {
    count += 1;
    return {
      email: `${name}.${count}@example.org`,
      phone: `07700 900 ${String(count).padStart(3, '0')}`,
      password: `wheelbarrow ${count} tidal Quince`,
    };
  };
}
