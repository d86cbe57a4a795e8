import type { Deps } from '#foundation/deps';
import type { Stop } from '#foundation/journey';

/** A password that rests on the mailbox alone, and no recovery code: nobody but people who know more can tell. */
export const noProofStop: Stop = {
  page: 'journeys/recover/no-proof',
  status: 200,
  data: { reference: 'CID3001' },
};

/** Who can't say their NHS number is helped by people. */
export const noNumberStop: Stop = {
  page: 'journeys/recover/no-number',
  status: 200,
  data: { reference: 'CID3005' },
};

/** One change a day, whatever became of the last. */
export function tooSoonStop({ clock }: Pick<Deps, 'clock'>, until: Date): Stop {
  const hours = Math.max(1, Math.ceil((until.getTime() - clock.now().getTime()) / 3_600_000));
  return { page: 'journeys/recover/too-soon', status: 429, data: { hours, reference: 'CID3001' } };
}
