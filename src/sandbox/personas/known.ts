import { nhsNumberOf } from '../people.ts';
import { inRegister, knownBy, type Persona } from './persona.ts';

const known = inRegister({
  nhsNumber: nhsNumberOf('999 000 0018'),
  familyName: 'Fields',
  givenNames: ['Priya'],
  birthdate: '1990-04-12',
  postcode: 'LS11 5TT',
  gpOdsCode: 'Z99001',
  mobile: '07700 900905',
});
const proven = inRegister({
  nhsNumber: nhsNumberOf('999 000 0026'),
  familyName: 'Okafor',
  givenNames: ['Samuel', 'Chidi'],
  birthdate: '1984-11-30',
  postcode: 'SE15 4QL',
  gpOdsCode: 'Z99001',
  mobile: '07700 900009',
});
const provenByPractice = inRegister({
  nhsNumber: nhsNumberOf('999 000 0034'),
  familyName: 'Griffiths',
  givenNames: ['Mair'],
  birthdate: '1952-02-29',
  postcode: 'CF11 9XR',
  gpOdsCode: 'Z99002',
  mobile: '07700 900010',
});
const renumbered = inRegister({
  nhsNumber: nhsNumberOf('999 000 0115'),
  familyName: 'Mensah',
  givenNames: ['Abena'],
  birthdate: '1982-06-21',
  postcode: 'E8 3PN',
  gpOdsCode: 'Z99001',
  mobile: '07700 900021',
  supersededBy: nhsNumberOf('999 000 0123'),
});
const newNumber = {
  ...renumbered.register[0],
  nhsNumber: nhsNumberOf('999 000 0123'),
  supersededBy: undefined,
};
const withdrawn = inRegister({
  nhsNumber: nhsNumberOf('999 000 0131'),
  familyName: 'Prosser',
  givenNames: ['Dylan'],
  birthdate: '1970-02-11',
  postcode: 'NP19 8WW',
  gpOdsCode: 'Z99002',
  isInvalidated: true,
});
const dead = inRegister({
  nhsNumber: nhsNumberOf('999 000 0158'),
  familyName: 'Featherstone',
  givenNames: ['Walter'],
  birthdate: '1941-10-17',
  postcode: 'NE6 5LL',
  gpOdsCode: 'Z99001',
  isDeceased: true,
});

/** People whose details were matched with the register, and those who have proven who they are. */
export const knownPersonas: readonly Persona[] = [
  {
    id: 'p5',
    words: {
      en: {
        title: 'P5',
        story:
          'Their details match one NHS record. It has another mobile number than the login, and nobody has proven yet that the record is theirs.',
      },
      cy: {
        title: 'P5',
        story:
          'Mae eu manylion yn cyfateb i un cofnod GIG. Mae rhif symudol gwahanol arno i’r un yn y cyfrif, ac nid oes neb wedi profi eto mai eu cofnod nhw ydyw.',
      },
    },
    email: 'p5@people.example',
    mobile: '07700 900005',
    nation: 'england',
    account: {
      sub: '5d3e9a60-4b7c-4f18-8a2d-c7e01b94f605',
      isPasswordLocked: false,
      identity: {
        level: 'P5',
        details: knownBy(known),
        phoneMatched: false,
      },
    },
    ...known,
  },
  {
    id: 'p9',
    words: {
      en: {
        title: 'P9',
        story:
          'Has proven who they are, and has a landline as well. Their mobile number is the one on their NHS record.',
      },
      cy: {
        title: 'P9',
        story:
          'Wedi profi pwy ydynt, ac mae ganddynt linell dir hefyd. Eu rhif symudol nhw yw’r un ar eu cofnod GIG.',
      },
    },
    email: 'p9@people.example',
    mobile: '07700 900009',
    landline: '01632 960009',
    nation: 'england',
    account: {
      sub: 'e8a4c2f7-91d6-4e35-b0c8-3f6d52a71b09',
      isPasswordLocked: false,
      identity: {
        level: 'P9',
        details: knownBy(proven),
        phoneMatched: true,
      },
    },
    ...proven,
  },
  {
    id: 'p9-with-gp-details',
    words: {
      en: {
        title: 'P9 with GP details',
        story:
          'Has proven who they are with the details that their GP surgery gave them. A service with IM1 can use these to reach the surgery’s system, after a password and a code.',
      },
      cy: {
        title: 'P9 gyda manylion meddyg teulu',
        story:
          'Wedi profi pwy ydynt gyda’r manylion a gawsant gan eu meddygfa. Gall gwasanaeth ag IM1 ddefnyddio’r rhain i gyrraedd system y feddygfa, ar ôl cyfrinair a chod.',
      },
    },
    email: 'p9-with-gp-details@people.example',
    mobile: '07700 900010',
    nation: 'england',
    account: {
      sub: '1c7b5f82-6e09-4da3-9f41-8b2e60d3ca10',
      isPasswordLocked: false,
      identity: {
        level: 'P9',
        details: knownBy(provenByPractice),
        phoneMatched: true,
        gpCredentials: { gpUserId: '9900000034', gpLinkageKey: 'kT4xPq7WbZ2mN', gpOdsCode: 'Z99002' },
      },
    },
    ...provenByPractice,
    gp: {
      accounts: [{ userId: '9900000034', linkageKey: 'kT4xPq7WbZ2mN', odsCode: 'Z99002', state: 'ready' }],
    },
  },
  {
    id: 'superseded-number',
    words: {
      en: {
        title: 'Superseded NHS number',
        story:
          'Their details were matched under an NHS number that has been replaced since. Their NHS record is now kept under a new one, which takes the place of the old one when they sign in.',
      },
      cy: {
        title: 'Rhif GIG wedi’i ddisodli',
        story:
          'Cafodd y manylion eu paru o dan rif GIG sydd wedi’i ddisodli ers hynny. Mae’r cofnod GIG bellach o dan rif newydd, sy’n cymryd lle’r hen un wrth fewngofnodi.',
      },
    },
    email: 'superseded-number@people.example',
    mobile: '07700 900021',
    nation: 'england',
    account: {
      sub: 'a5e22b33-a615-4030-8605-2b83ad6f1dee',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(renumbered), phoneMatched: true },
    },
    says: renumbered.says,
    register: [...renumbered.register, newNumber],
  },
  {
    id: 'record-withdrawn',
    words: {
      en: {
        title: 'Disabled: record withdrawn',
        story:
          'Their details were matched, and the NHS record was withdrawn since. Signing in stops with CID2011.',
      },
      cy: {
        title: 'Wedi’i analluogi: cofnod wedi’i dynnu’n ôl',
        story:
          'Cafodd y manylion eu paru, a thynnwyd y cofnod GIG yn ôl ers hynny. Mae mewngofnodi yn stopio gyda CID2011.',
      },
    },
    email: 'record-withdrawn@people.example',
    mobile: '07700 900022',
    nation: 'wales',
    account: {
      sub: 'bfeb49e2-b3e1-4746-923d-a3f3dc033b35',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(withdrawn), phoneMatched: false },
    },
    ...withdrawn,
  },
  {
    id: 'record-shows-death',
    words: {
      en: {
        title: 'Disabled: record shows a death',
        story:
          'Their details were matched, and the NHS record shows since that the person died. Signing in stops with CID2012, and no page says why.',
      },
      cy: {
        title: 'Wedi’i analluogi: cofnod yn dangos marwolaeth',
        story:
          'Cafodd y manylion eu paru, ac mae’r cofnod GIG yn dangos ers hynny fod y person wedi marw. Mae mewngofnodi yn stopio gyda CID2012, ac nid oes tudalen yn dweud pam.',
      },
    },
    email: 'record-shows-death@people.example',
    mobile: '07700 900023',
    nation: 'england',
    account: {
      sub: '9c205bbc-a075-4bac-b53d-a3cf70cd22a8',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(dead), phoneMatched: false },
    },
    ...dead,
  },
];
