/** The parts of the United Kingdom, and the Isle of Man, that a service may serve and a person may live in. */
export const nations = ['england', 'scotland', 'wales', 'northern-ireland', 'isle-of-man'] as const;
export type Nation = (typeof nations)[number];
