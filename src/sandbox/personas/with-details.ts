import { nhsNumberOf } from '../people.ts';
import { inRegister, knownBy, written, type Persona } from './persona.ts';

const ready1 = inRegister({
  nhsNumber: nhsNumberOf('999 000 0212'),
  familyName: 'Sutcliffe',
  givenNames: ['Imogen'],
  birthdate: '1994-06-02',
  postcode: 'LS7 3QA',
  gpOdsCode: 'Z99001',
  mobile: '07700 900041',
});
const ready2 = inRegister({
  nhsNumber: nhsNumberOf('999 000 0220'),
  familyName: 'Trevelyan',
  givenNames: ['Piran'],
  birthdate: '1987-01-17',
  postcode: 'BS3 1QF',
  gpOdsCode: 'Z99002',
  mobile: '07700 900042',
});
const ready3 = inRegister({
  nhsNumber: nhsNumberOf('999 000 0239'),
  familyName: 'Hargreaves',
  givenNames: ['Noor'],
  birthdate: '1972-10-09',
  postcode: 'S10 2TN',
  gpOdsCode: 'Z99003',
  mobile: '07700 900043',
});
const used = inRegister({
  nhsNumber: nhsNumberOf('999 000 0247'),
  familyName: 'Griffiths',
  givenNames: ['Tomos'],
  birthdate: '1951-08-30',
  postcode: 'CF11 9XR',
  gpOdsCode: 'Z99002',
  mobile: '07700 900044',
});
const expired = inRegister({
  nhsNumber: nhsNumberOf('999 000 0255'),
  familyName: 'Lindqvist',
  givenNames: ['Freya'],
  birthdate: '1999-03-28',
  postcode: 'LS8 2JT',
  gpOdsCode: 'Z99001',
  mobile: '07700 900045',
});
const wrong = inRegister({
  nhsNumber: nhsNumberOf('999 000 0263'),
  familyName: 'Bancroft',
  givenNames: ['Leon'],
  birthdate: '1980-12-01',
  postcode: 'LS9 7BQ',
  gpOdsCode: 'Z99001',
  mobile: '07700 900046',
});
const moved = inRegister({
  nhsNumber: nhsNumberOf('999 000 0271'),
  familyName: 'Okonkwo',
  givenNames: ['Adaeze'],
  birthdate: '1991-04-14',
  postcode: 'BS5 6XX',
  gpOdsCode: 'Z99002',
  mobile: '07700 900047',
});
const taken = inRegister({
  nhsNumber: nhsNumberOf('999 000 0298'),
  familyName: 'Pemberton',
  givenNames: ['Ruth'],
  birthdate: '1965-09-22',
  postcode: 'S6 4LJ',
  gpOdsCode: 'Z99003',
  mobile: '07700 900048',
});

/** People at P5 who have registration details from a practice, and how these stand. */
export const withDetailsPersonas: readonly Persona[] = [
  {
    id: 'gp-details-ready-z99001',
    words: {
      en: {
        title: 'GP details ready (Z99001)',
        story:
          'Their details are matched, and they have a letter from practice Z99001 with registration details. With these they go up to P9.',
      },
      cy: {
        title: 'Manylion meddyg teulu’n barod (Z99001)',
        story:
          'Mae’r manylion wedi’u paru, ac mae ganddynt lythyr gan feddygfa Z99001 gyda manylion cofrestru. Gyda’r rhain gallant fynd i P9.',
      },
    },
    email: 'gp-details-ready-z99001@people.example',
    mobile: '07700 900041',
    nation: 'england',
    account: {
      sub: '20b19ba7-6e85-453d-8777-b44f2af85333',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(ready1), phoneMatched: true },
    },
    ...ready1,
    gp: {
      types: written('4471902385', 'Hq7TnWb3xKm5R', 'Z99001'),
      accounts: [{ ...written('4471902385', 'Hq7TnWb3xKm5R', 'Z99001'), state: 'ready' }],
    },
  },
  {
    id: 'gp-details-ready-z99002',
    words: {
      en: {
        title: 'GP details ready (Z99002)',
        story:
          'As the one before, at practice Z99002, which has another GP system: its key holds symbols, and is called passphrase.',
      },
      cy: {
        title: 'Manylion meddyg teulu’n barod (Z99002)',
        story:
          'Fel yr un o’r blaen, ym meddygfa Z99002, sydd â system meddyg teulu arall: mae symbolau yn ei hallwedd, a’i henw yw passphrase.',
      },
    },
    email: 'gp-details-ready-z99002@people.example',
    mobile: '07700 900042',
    nation: 'england',
    account: {
      sub: 'f153ef41-a919-4a8c-92ae-d66c87d571f3',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(ready2), phoneMatched: true },
    },
    ...ready2,
    gp: {
      types: written('530218847', 'fT8mZq&Rw2*b<Vn4', 'Z99002'),
      accounts: [{ ...written('530218847', 'fT8mZq&Rw2*b<Vn4', 'Z99002'), state: 'ready' }],
    },
  },
  {
    id: 'gp-details-ready-z99003',
    words: {
      en: {
        title: 'GP details ready (Z99003)',
        story: 'As the ones before, at practice Z99003 with a third GP system.',
      },
      cy: {
        title: 'Manylion meddyg teulu’n barod (Z99003)',
        story: 'Fel y rhai o’r blaen, ym meddygfa Z99003 gyda thrydedd system meddyg teulu.',
      },
    },
    email: 'gp-details-ready-z99003@people.example',
    mobile: '07700 900043',
    nation: 'england',
    account: {
      sub: '5dc03503-afcd-44c9-a5af-8bb4bdf20e68',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(ready3), phoneMatched: true },
    },
    ...ready3,
    gp: {
      types: written('614093', 'pR4sLk9vXc2WmTd', 'Z99003'),
      accounts: [{ ...written('614093', 'pR4sLk9vXc2WmTd', 'Z99003'), state: 'ready' }],
    },
  },
  {
    id: 'gp-details-used',
    words: {
      en: {
        title: 'GP details used',
        story:
          'Types the registration details that “P9 with GP details” has used already. One set of details proves one login only: CID7004.',
      },
      cy: {
        title: 'Manylion meddyg teulu wedi’u defnyddio',
        story:
          'Yn teipio’r manylion cofrestru y mae “P9 gyda manylion meddyg teulu” eisoes wedi’u defnyddio. Un cyfrif yn unig y mae un set o fanylion yn ei brofi: CID7004.',
      },
    },
    email: 'gp-details-used@people.example',
    mobile: '07700 900044',
    nation: 'england',
    account: {
      sub: '6c5afb35-477c-4378-b9af-87e6d825d8ce',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(used), phoneMatched: true },
    },
    ...used,
    gp: { types: written('9900000034', 'kT4xPq7WbZ2mN', 'Z99002') },
  },
  {
    id: 'gp-details-expired',
    words: {
      en: {
        title: 'GP details expired',
        story:
          'Has registration details that were not used within two weeks, so the practice’s system does not accept them any more.',
      },
      cy: {
        title: 'Manylion meddyg teulu wedi dod i ben',
        story:
          'Mae ganddynt fanylion cofrestru na chawsant eu defnyddio o fewn pythefnos, felly nid yw system y feddygfa yn eu derbyn mwyach.',
      },
    },
    email: 'gp-details-expired@people.example',
    mobile: '07700 900045',
    nation: 'england',
    account: {
      sub: '292e55c7-b41a-42d9-9b84-7351a61dc25c',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(expired), phoneMatched: true },
    },
    ...expired,
    gp: {
      types: written('4471902399', 'Wz6NrKd8pTq3H', 'Z99001'),
      accounts: [{ ...written('4471902399', 'Wz6NrKd8pTq3H', 'Z99001'), state: 'expired' }],
    },
  },
  {
    id: 'gp-details-wrong-practice',
    words: {
      en: {
        title: 'GP details, wrong practice',
        story:
          'Has good registration details of practice Z99001, and types the ODS code of another practice, Z99002.',
      },
      cy: {
        title: 'Manylion meddyg teulu, meddygfa anghywir',
        story:
          'Mae ganddynt fanylion cofrestru da o feddygfa Z99001, ac maent yn teipio cod ODS meddygfa arall, Z99002.',
      },
    },
    email: 'gp-details-wrong-practice@people.example',
    mobile: '07700 900046',
    nation: 'england',
    account: {
      sub: 'e3211f2f-ba0f-4920-b26c-3d4454612212',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(wrong), phoneMatched: true },
    },
    ...wrong,
    gp: {
      types: written('4471902401', 'Jm5XtVb9cLw2Q', 'Z99002'),
      accounts: [{ ...written('4471902401', 'Jm5XtVb9cLw2Q', 'Z99001'), state: 'ready' }],
    },
  },
  {
    id: 'gp-details-moved-practice',
    words: {
      en: {
        title: 'GP details, moved practice',
        story:
          'Has moved to practice Z99002, and types registration details of Z99001, where they are not registered any more.',
      },
      cy: {
        title: 'Manylion meddyg teulu, wedi symud meddygfa',
        story:
          'Wedi symud i feddygfa Z99002, ac yn teipio manylion cofrestru Z99001, lle nad ydynt wedi’u cofrestru mwyach.',
      },
    },
    email: 'gp-details-moved-practice@people.example',
    mobile: '07700 900047',
    nation: 'england',
    account: {
      sub: '298fe8b6-1da3-49db-9df5-96ae268b21cc',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(moved), phoneMatched: true },
    },
    ...moved,
    gp: {
      types: written('4471902417', 'Rb2QwNx7hZk6T', 'Z99001'),
      accounts: [{ ...written('4471902417', 'Rb2QwNx7hZk6T', 'Z99001'), state: 'ready' }],
    },
  },
  {
    id: 'gp-details-withdrawn',
    words: {
      en: {
        title: 'GP details withdrawn',
        story:
          'The practice has taken back the online access that their registration details stand for: CID7023.',
      },
      cy: {
        title: 'Manylion meddyg teulu wedi’u tynnu’n ôl',
        story:
          'Mae’r feddygfa wedi tynnu’n ôl y mynediad ar-lein y mae’r manylion cofrestru yn ei gynrychioli: CID7023.',
      },
    },
    email: 'gp-details-withdrawn@people.example',
    mobile: '07700 900048',
    nation: 'england',
    account: {
      sub: '6e44415d-a45c-4409-9cab-f703f5ca236d',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(taken), phoneMatched: true },
    },
    ...taken,
    gp: {
      types: written('614127', 'mK8vTz3xQw5RnBd', 'Z99003'),
      accounts: [{ ...written('614127', 'mK8vTz3xQw5RnBd', 'Z99003'), state: 'withdrawn' }],
    },
  },
];
