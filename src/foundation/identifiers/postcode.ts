import type { Nation } from './nation.ts';
import { visible } from './typed.ts';

export type ReadPostcode =
  /** In capitals, with the space where it belongs: `SW1A 1AA`. */
  { readonly outcome: 'valid'; readonly postcode: string } | { readonly outcome: 'missing' | 'malformed' };

/** All postcode areas, with the nation that each lies in but for the districts in {@link borderDistricts}. */
const areas: readonly (readonly [string, readonly Nation[]])[] = [
  [
    'AL B BA BB BD BH BL BN BR BS CA CB CH CM CO CR CT CV CW DA DE DH DL DN DT DY E EC EN EX FY GL GU HA HD HG HP HR ' +
      'HU HX IG IP KT L LA LE LN LS LU M ME MK N NE NG NN NR NW OL OX PE PL PO PR RG RH RM S SE SG SK SL SM SN SO SP ' +
      'SR SS ST SW SY TA TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO',
    ['england'],
  ],
  ['AB DD DG EH FK G HS IV KA KW KY ML PA PH TD ZE', ['scotland']],
  ['CF LD LL NP SA', ['wales']],
  ['BT', ['northern-ireland']],
  ['IM', ['isle-of-man']],
  // The Channel Islands, forces abroad (BFPO), and addresses of large receivers, which are of no place.
  ['GY JE BF BX', []],
];

/**
 * Districts of an area that lie in another nation, or in two: what the Energy Performance of Buildings Register
 * goes by to tell whose rules a building is under (github.com/communitiesuk/epb-register-api, `postcode_data.rb`).
 */
const borderDistricts: readonly (readonly [string, readonly Nation[]])[] = [
  ['CH5 CH6 CH7 CH8 SY16 SY17 SY18 SY19 SY20 SY22 SY23 SY24 SY25', ['wales']],
  [
    'CH1 CH4 HR2 HR3 HR5 LD7 LD8 LL11 LL12 LL13 LL14 LL20 NP7 NP16 NP25 SY5 SY10 SY15 SY21',
    ['england', 'wales'],
  ],
  ['DG16 TD9 TD12 TD15', ['england', 'scotland']],
];

const nationsByPlace: ReadonlyMap<string, readonly Nation[]> = new Map(
  [...areas, ...borderDistricts].flatMap(([places, nations]) =>
    places.split(' ').map((place) => [place, nations] as const),
  ),
);

/** Area and rest of the district, then a digit and two letters, of which Royal Mail never uses C, I, K, M, O and V. */
const written = /^(?<district>(?<area>[A-Z]{1,2})\d(?:\d|[A-Z])?)(?<unit>\d[ABD-HJLNP-UW-Z]{2})$/u;
/** Girobank's own, still given as an address; it fits no pattern. */
const girobank = 'GIR0AA';
/**
 * The register's codes for those without an address in the UK, such as ZZ99 3VZ for no fixed abode; letters in them
 * follow a pattern of their own (NHS Postcode Directory, pseudo country codes).
 */
const pseudo = /^ZZ99\d[A-Z]{2}$/u;

/** Reads a postcode of the UK, the Crown dependencies or the forces, or a pseudo postcode, in whatever case and spacing. */
export function readPostcode(text: string): ReadPostcode {
  const typed = visible(text)
    .normalize('NFKC')
    .replaceAll(/[\s\p{Pd}.]/gu, '');
  if (typed === '') return { outcome: 'missing' };
  if (!/^[A-Za-z0-9]{5,7}$/u.test(typed)) return { outcome: 'malformed' };
  const compact = typed.toUpperCase();
  if (!isPostcode(compact)) return { outcome: 'malformed' };
  return { outcome: 'valid', postcode: `${compact.slice(0, -3)} ${compact.slice(-3)}` };
}

function isPostcode(compact: string): boolean {
  if (compact === girobank || pseudo.test(compact)) return true;
  return nationsByPlace.has(written.exec(compact)?.groups?.['area'] ?? '');
}

/**
 * The nations of the UK, or the Isle of Man, that an address with a postcode may lie in: a hint, not a place on the map.
 *
 * @returns both nations where a district lies on the border; none for the Channel Islands, BFPO, pseudo postcodes, and
 *   for what is no postcode
 */
export function nationsOfPostcode(postcode: string): readonly Nation[] {
  const read = readPostcode(postcode);
  if (read.outcome !== 'valid') return [];
  const { area = '', district = '' } = written.exec(read.postcode.replace(' ', ''))?.groups ?? {};
  return nationsByPlace.get(district) ?? nationsByPlace.get(area) ?? [];
}
