import type { NamingId } from './names.ts';

/** Where made-up people live. Districts are real, so that nations can be told; streets and practices are not. */
export interface Place {
  readonly town: string;
  /** Outward codes of its postcodes. */
  readonly districts: readonly string[];
  readonly odsCode: string;
  /** Who lives there, the more often the likelier. */
  readonly namings: readonly NamingId[];
}

const place = (town: string, districts: string, odsCode: string, ...people: readonly NamingId[]): Place => ({
  town,
  districts: districts.split(' '),
  odsCode,
  namings: people,
});

export const places: readonly Place[] = [
  place('Leeds', 'LS1 LS6 LS11', 'Z99101', 'english', 'english', 'southAsian', 'polish', 'caribbean'),
  place('Bradford', 'BD3 BD8', 'Z99102', 'southAsian', 'southAsian', 'english', 'polish'),
  place('Manchester', 'M14 M20', 'Z99103', 'english', 'african', 'southAsian', 'further'),
  place('Birmingham', 'B11 B29', 'Z99104', 'southAsian', 'caribbean', 'english', 'irish'),
  place('London', 'E8 SE15 N17', 'Z99105', 'african', 'caribbean', 'further', 'english', 'southAsian'),
  place('London', 'W13 NW9', 'Z99106', 'southAsian', 'polish', 'irish', 'further'),
  place('Newcastle upon Tyne', 'NE4 NE6', 'Z99107', 'english', 'english', 'further'),
  place('Bristol', 'BS3 BS7', 'Z99108', 'english', 'english', 'african', 'welsh'),
  place('Norwich', 'NR2 NR3', 'Z99109', 'english', 'english', 'polish', 'further'),
  place('Plymouth', 'PL4', 'Z99110', 'english', 'english'),
  place('Liverpool', 'L8 L17', 'Z99111', 'english', 'irish', 'irish', 'african'),
  place('Chester', 'CH1 CH2', 'Z99112', 'english', 'welsh'),
  place('Shrewsbury', 'SY1 SY3', 'Z99113', 'english', 'welsh'),
  place('Cardiff', 'CF11 CF24', 'Z99201', 'welsh', 'welsh', 'african', 'english'),
  place('Swansea', 'SA1 SA2', 'Z99202', 'welsh', 'welsh', 'english'),
  place('Bangor', 'LL57', 'Z99203', 'welsh', 'welsh', 'welsh', 'english'),
  place('Newport', 'NP19', 'Z99204', 'welsh', 'english', 'further'),
  place('Glasgow', 'G12 G41', 'Z99301', 'scottish', 'scottish', 'irish', 'southAsian'),
  place('Inverness', 'IV2', 'Z99302', 'scottish', 'scottish', 'polish'),
  place('Belfast', 'BT7 BT15', 'Z99401', 'irish', 'irish', 'scottish', 'english'),
  place('Derry', 'BT48', 'Z99402', 'irish', 'irish', 'further'),
  place('Douglas', 'IM2', 'Z99501', 'english', 'irish', 'scottish'),
];

export const streets = [
  'Mill Lane',
  'Station Road',
  'Church Street',
  'Orchard Close',
  'Canal Walk',
  'Kingfisher Way',
  'Bridge Street',
  'Sycamore Avenue',
  'Harbour View',
  'Long Meadow',
  'Chapel Row',
  'Quarry Bank',
];

/** For people without a fixed home. */
export const noFixedAbode = 'ZZ99 3VZ';
