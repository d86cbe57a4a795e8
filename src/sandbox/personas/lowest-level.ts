import { nhsNumberOf } from '../people.ts';
import { inRegister, type Persona, type PersonaStory } from './persona.ts';

const newcomer = inRegister({
  nhsNumber: nhsNumberOf('999 000 0042'),
  familyName: 'Blake',
  givenNames: ['Jordan'],
  birthdate: '1988-07-19',
  postcode: 'LS6 2QB',
  gpOdsCode: 'Z99001',
  mobile: '07700 900001',
});
const beginner = inRegister({
  nhsNumber: nhsNumberOf('999 000 0050'),
  familyName: 'Ellis',
  givenNames: ['Morgan', 'Rhys'],
  birthdate: '1979-03-03',
  postcode: 'M20 3RD',
  gpOdsCode: 'Z99001',
  mobile: '07700 900902',
});
const phoneless = inRegister({
  nhsNumber: nhsNumberOf('999 000 0069'),
  familyName: 'Llewellyn',
  givenNames: ['Siân'],
  birthdate: '1961-12-05',
  postcode: 'LL57 2DG',
  gpOdsCode: 'Z99002',
});
const scot = inRegister({
  nhsNumber: nhsNumberOf('999 000 0077'),
  familyName: 'Drummond',
  givenNames: ['Ailsa'],
  birthdate: '1993-01-25',
  postcode: 'G12 8QQ',
  gpOdsCode: 'Z99301',
  mobile: '07700 900011',
});
const northerner = inRegister({
  nhsNumber: nhsNumberOf('999 000 0085'),
  familyName: "O'Neill",
  givenNames: ['Cillian'],
  birthdate: '1975-08-14',
  postcode: 'BT7 1NN',
  gpOdsCode: 'Z99401',
  mobile: '07700 900012',
});
const refuser = inRegister({
  nhsNumber: nhsNumberOf('999 000 0107'),
  familyName: 'Nowak',
  givenNames: ['Łucja'],
  birthdate: '1997-09-30',
  postcode: 'W13 9AB',
  gpOdsCode: 'Z99001',
  mobile: '07700 900014',
});

/** Six or seven years old, and a year older where a sandbox runs on into the next. */
function underAge(year: number): Persona {
  const entry = inRegister({
    nhsNumber: nhsNumberOf('999 000 0093'),
    familyName: 'Ahmed',
    givenNames: ['Zara'],
    birthdate: `${year - 7}-05-05`,
    postcode: 'BD8 7AR',
    gpOdsCode: 'Z99001',
    mobile: '07700 900013',
  });
  return {
    id: 'under-age',
    words: {
      en: {
        title: 'Under age',
        story:
          'A child. There is no age limit for P5, so their details can be matched; they are too young to prove who they are for P9.',
      },
      cy: {
        title: 'Dan oed',
        story:
          'Plentyn. Nid oes terfyn oedran ar gyfer P5, felly gellir paru’r manylion; mae’n rhy ifanc i brofi pwy ydyw ar gyfer P9.',
      },
    },
    email: 'under-age@people.example',
    mobile: '07700 900013',
    nation: 'england',
    account: { sub: '6d7a4a69-474a-4545-a4ea-077b1b8474e9', isPasswordLocked: false },
    staysYoung: true,
    ...entry,
  };
}

/** People whom nobody knows yet, or knows at the lowest level only. */
export const lowestLevelPersonas: readonly PersonaStory[] = [
  {
    id: 'new',
    words: {
      en: {
        title: 'New',
        story:
          'Has no login yet. Use the e-mail address and mobile number to make one; the codes arrive in the inbox. The NHS record knows them, so they can go up to P5. Reset this person to begin again.',
      },
      cy: {
        title: 'Newydd',
        story:
          'Nid oes cyfrif eto. Defnyddiwch y cyfeiriad e-bost a’r rhif symudol i greu un; mae’r codau’n cyrraedd y mewnflwch. Mae’r cofnod GIG yn eu hadnabod, felly gallant fynd i P5. Ailosodwch y person hwn i ddechrau eto.',
      },
    },
    email: 'new@people.example',
    mobile: '07700 900001',
    nation: 'england',
    ...newcomer,
  },
  {
    id: 'p0',
    words: {
      en: {
        title: 'P0',
        story:
          'Has a login of the lowest level: a confirmed e-mail address and mobile number, and no proof of who they are. Their details match one NHS record, so they can go up to P5.',
      },
      cy: {
        title: 'P0',
        story:
          'Mae ganddo gyfrif o’r lefel isaf: cyfeiriad e-bost a rhif symudol wedi’u cadarnhau, heb brawf o bwy ydyw. Mae’r manylion yn cyfateb i un cofnod GIG, felly gellir mynd i P5.',
      },
    },
    email: 'p0@people.example',
    mobile: '07700 900002',
    nation: 'england',
    account: { sub: '8f0e5d7a-3c41-4b0e-9d55-6a1f2e7b0c02', isPasswordLocked: false },
    ...beginner,
  },
  {
    id: 'p0-without-phone',
    words: {
      en: {
        title: 'P0 without phone',
        story:
          'Stopped after confirming the e-mail address, so no mobile number is known yet. Is asked for one when signing in.',
      },
      cy: {
        title: 'P0 heb ffôn',
        story:
          'Stopiodd ar ôl cadarnhau’r cyfeiriad e-bost, felly nid oes rhif symudol eto. Gofynnir am un wrth fewngofnodi.',
      },
    },
    email: 'p0-without-phone@people.example',
    nation: 'wales',
    account: { sub: '2b9c4f16-75de-4a83-8e0b-d4c3a1f59e03', isPasswordLocked: false },
    ...phoneless,
  },
  {
    id: 'p0-locked',
    words: {
      en: {
        title: 'P0 locked',
        story: 'Somebody typed a wrong password too often, so signing in is locked, and stays locked here.',
      },
      cy: {
        title: 'P0 wedi’i gloi',
        story:
          'Teipiodd rhywun gyfrinair anghywir yn rhy aml, felly mae mewngofnodi wedi’i gloi, ac yn aros ar glo yma.',
      },
    },
    email: 'p0-locked@people.example',
    mobile: '07700 900004',
    nation: 'scotland',
    account: { sub: 'c61d80b3-0f2a-4d97-b7e4-19f8e5a26d04', isPasswordLocked: true },
  },
  {
    id: 'scotland',
    words: {
      en: {
        title: 'From Scotland',
        story:
          'Lives in Scotland. A service that serves England only is not available to them. Their NHS record has a Scottish address.',
      },
      cy: {
        title: 'O’r Alban',
        story:
          'Yn byw yn yr Alban. Nid yw gwasanaeth ar gyfer Lloegr yn unig ar gael iddynt. Mae cyfeiriad yn yr Alban ar eu cofnod GIG.',
      },
    },
    email: 'scotland@people.example',
    mobile: '07700 900011',
    nation: 'scotland',
    account: { sub: 'f72a5ad8-b314-4248-8200-fce7219388dc', isPasswordLocked: false },
    ...scot,
  },
  {
    id: 'northern-ireland',
    words: {
      en: {
        title: 'From Northern Ireland',
        story:
          'Lives in Northern Ireland. A service that serves England only is not available to them, and a Northern Irish postcode is not matched.',
      },
      cy: {
        title: 'O Ogledd Iwerddon',
        story:
          'Yn byw yng Ngogledd Iwerddon. Nid yw gwasanaeth ar gyfer Lloegr yn unig ar gael iddynt, ac nid yw cod post o Ogledd Iwerddon yn cael ei baru.',
      },
    },
    email: 'northern-ireland@people.example',
    mobile: '07700 900012',
    nation: 'northern-ireland',
    account: { sub: 'dc0fe7c8-6795-4814-8bbc-b52901cc3de9', isPasswordLocked: false },
    ...northerner,
  },
  underAge,
  {
    id: 'consent-refused',
    words: {
      en: {
        title: 'Consent refused before',
        story:
          'Was asked once to share their details with the demo service, and said no. Is asked again when they come back.',
      },
      cy: {
        title: 'Wedi gwrthod cydsyniad o’r blaen',
        story:
          'Gofynnwyd unwaith am rannu’r manylion gyda’r gwasanaeth arddangos, a’r ateb oedd na. Gofynnir eto wrth ddod yn ôl.',
      },
    },
    email: 'consent-refused@people.example',
    mobile: '07700 900014',
    nation: 'england',
    account: { sub: 'f44502e9-72ef-42fb-b1dd-a1e90195fb4e', isPasswordLocked: false, hasRefusedDemo: true },
    ...refuser,
  },
];
