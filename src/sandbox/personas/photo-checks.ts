import { nhsNumberOf } from '../people.ts';
import { inRegister, knownBy, type PhotoCheck, type Persona } from './persona.ts';

/** Somebody in the register, and how they are known here. */
function checkedPerson(
  of: Pick<Persona, 'id' | 'words'> & {
    readonly sub: string;
    readonly level: 'P5' | 'P9';
    readonly check: PhotoCheck;
    readonly person: Parameters<typeof inRegister>[0] & { readonly mobile: string };
  },
): Persona {
  const { id, words, sub, level, check, person } = of;
  const known = inRegister(person);
  return {
    id,
    words,
    email: `${id}@people.example`,
    mobile: person.mobile,
    nation: 'england',
    account: {
      sub,
      isPasswordLocked: false,
      identity: { level, details: knownBy(known), phoneMatched: true },
    },
    ...known,
    photoCheck: check,
  };
}

/** People who have sent photo ID and a video, and what came of it. */
export const photoCheckPersonas: readonly Persona[] = [
  checkedPerson({
    id: 'photo-check-pending',
    sub: '9fb93534-081c-4253-b1e2-73a87984a8ab',
    level: 'P5',
    words: {
      en: {
        title: 'Photo check pending',
        story:
          'Has sent photo ID and a video, and nobody has looked at them yet. A service that needs P9 leads to a page that says so. Become the checker, or decide by the programming interface: the next sign-in is at P9.',
      },
      cy: {
        title: 'Gwiriad llun yn aros',
        story:
          'Wedi anfon ID ffotograffig a fideo, ac nid oes neb wedi edrych arnynt eto. Mae gwasanaeth sydd angen P9 yn arwain at dudalen sy’n dweud hynny. Dewch yn wiriwr, neu penderfynwch drwy’r rhyngwyneb rhaglennu: bydd y mewngofnodi nesaf ar P9.',
      },
    },
    person: {
      nhsNumber: nhsNumberOf('999 000 0379'),
      familyName: 'Marchetti',
      givenNames: ['Sofia'],
      birthdate: '1993-05-11',
      postcode: 'LS6 3BN',
      gpOdsCode: 'Z99001',
      mobile: '07700 900055',
    },
    check: { document: 'passport', way: 'say', came: 'pending' },
  }),
  checkedPerson({
    id: 'photo-check-on-hold',
    sub: 'db149e47-14be-49ab-b93f-e42eabd2d9f2',
    level: 'P5',
    words: {
      en: {
        title: 'Photo check on hold',
        story:
          'Has sent photo ID and a video, and a supervisor looks into it. The person reads that it takes longer, with CID2014, and can use their login as before.',
      },
      cy: {
        title: 'Gwiriad llun wedi’i ohirio',
        story:
          'Wedi anfon ID ffotograffig a fideo, ac mae goruchwyliwr yn edrych arno. Mae’r person yn darllen ei fod yn cymryd mwy o amser, gyda CID2014, a gall ddefnyddio ei gyfrif fel o’r blaen.',
      },
    },
    person: {
      nhsNumber: nhsNumberOf('999 000 0387'),
      familyName: 'Abernethy',
      givenNames: ['Duncan'],
      birthdate: '1961-10-29',
      postcode: 'LS7 2EQ',
      gpOdsCode: 'Z99002',
      mobile: '07700 900056',
    },
    check: { document: 'uk-driving-licence', way: 'say', came: 'on-hold' },
  }),
  checkedPerson({
    id: 'photo-check-approved',
    sub: '3994693e-a3ae-4e68-9323-451b4a95902a',
    level: 'P9',
    words: {
      en: {
        title: 'Photo check approved',
        story: 'Was proven by photo ID and a video, in which they signed the numbers in BSL: P9.',
      },
      cy: {
        title: 'Gwiriad llun wedi’i gymeradwyo',
        story: 'Profwyd drwy ID ffotograffig a fideo, lle gwnaethant arwyddo’r rhifau mewn BSL: P9.',
      },
    },
    person: {
      nhsNumber: nhsNumberOf('999 000 0395'),
      familyName: 'Blackwood',
      givenNames: ['Amara'],
      birthdate: '1989-03-07',
      postcode: 'BS6 5RT',
      gpOdsCode: 'Z99003',
      mobile: '07700 900057',
    },
    check: { document: 'passport', way: 'sign', came: 'approved' },
  }),
  checkedPerson({
    id: 'photo-check-declined-new-photo',
    sub: '1aa615a9-4b6a-4551-a061-ae14a1dbf721',
    level: 'P5',
    words: {
      en: {
        title: 'Photo check declined: better photo',
        story:
          'The photo of the ID was blurred. The person reads how to take a better one, and can try again.',
      },
      cy: {
        title: 'Gwiriad llun wedi’i wrthod: llun gwell',
        story:
          'Roedd y llun o’r ID yn aneglur. Mae’r person yn darllen sut i dynnu un gwell, a gall roi cynnig arall arni.',
      },
    },
    person: {
      nhsNumber: nhsNumberOf('999 000 0409'),
      familyName: 'Castellano',
      givenNames: ['Bruno'],
      birthdate: '1974-12-19',
      postcode: 'S7 1PE',
      gpOdsCode: 'Z99001',
      mobile: '07700 900058',
    },
    check: {
      document: 'uk-driving-licence',
      way: 'write',
      flaws: ['blurred'],
      came: { declined: 'unreadable-licence' },
    },
  }),
  checkedPerson({
    id: 'photo-check-declined-other-document',
    sub: '8b3a1535-3f13-4b70-9856-c32a687b253b',
    level: 'P5',
    words: {
      en: {
        title: 'Photo check declined: different ID',
        story:
          'The ID had expired more than 12 months before. The person reads which kinds of ID can be used, and can try again.',
      },
      cy: {
        title: 'Gwiriad llun wedi’i wrthod: ID gwahanol',
        story:
          'Roedd yr ID wedi dod i ben fwy na 12 mis cyn hynny. Mae’r person yn darllen pa fathau o ID y gellir eu defnyddio, a gall roi cynnig arall arni.',
      },
    },
    person: {
      nhsNumber: nhsNumberOf('999 000 0417'),
      familyName: 'Dunmore',
      givenNames: ['Keziah'],
      birthdate: '1998-08-02',
      postcode: 'S8 9RB',
      gpOdsCode: 'Z99002',
      mobile: '07700 900059',
    },
    check: { document: 'passport', way: 'say', isExpired: true, came: { declined: 'passport-expired' } },
  }),
  checkedPerson({
    id: 'photo-check-declined-new-video',
    sub: 'a7213dfe-8932-4293-a0dd-5386c9cf0800',
    level: 'P5',
    words: {
      en: {
        title: 'Photo check declined: new video',
        story:
          'The video showed other numbers than it had to. The person reads how to record it, and can try again with new numbers.',
      },
      cy: {
        title: 'Gwiriad llun wedi’i wrthod: fideo newydd',
        story:
          'Roedd y fideo yn dangos rhifau gwahanol i’r rhai yr oedd yn rhaid iddo eu dangos. Mae’r person yn darllen sut i’w recordio, a gall roi cynnig arall arni gyda rhifau newydd.',
      },
    },
    person: {
      nhsNumber: nhsNumberOf('999 000 0425'),
      familyName: 'Eastham',
      givenNames: ['Rhodri'],
      birthdate: '1985-01-24',
      postcode: 'S11 9NT',
      gpOdsCode: 'Z99003',
      mobile: '07700 900060',
    },
    check: {
      document: 'european-identity-card',
      way: 'write',
      hasOtherNumbers: true,
      came: { declined: 'digits-wrong' },
    },
  }),
  checkedPerson({
    id: 'photo-check-declined-check-details',
    sub: '67d1191f-da80-40bd-919e-9bc7f4a02d92',
    level: 'P5',
    words: {
      en: {
        title: 'Photo check declined: name differs',
        story:
          'The name on the ID is not the one on the NHS record. The person reads what to do, and can try again.',
      },
      cy: {
        title: 'Gwiriad llun wedi’i wrthod: enw’n wahanol',
        story:
          'Nid yr enw ar yr ID yw’r un ar y cofnod GIG. Mae’r person yn darllen beth i’w wneud, a gall roi cynnig arall arni.',
      },
    },
    person: {
      nhsNumber: nhsNumberOf('999 000 0433'),
      familyName: 'Farquhar',
      givenNames: ['Ingrid'],
      birthdate: '1979-06-16',
      postcode: 'LS17 6QH',
      gpOdsCode: 'Z99001',
      mobile: '07700 900061',
    },
    check: {
      document: 'passport',
      way: 'say',
      familyNameOnIt: 'Lindholm',
      came: { declined: 'last-name-differs-passport' },
    },
  }),
  checkedPerson({
    id: 'photo-check-declined-ask-practice',
    sub: 'fd95588c-5e4e-410b-b14c-f51964cd1715',
    level: 'P5',
    words: {
      en: {
        title: 'Photo check declined: ask the GP surgery',
        story:
          'There was a problem with the NHS record. The person reads that the GP surgery has to look at it.',
      },
      cy: {
        title: 'Gwiriad llun wedi’i wrthod: gofyn i’r feddygfa',
        story: 'Roedd problem gyda’r cofnod GIG. Mae’r person yn darllen bod rhaid i’r feddygfa edrych arno.',
      },
    },
    person: {
      nhsNumber: nhsNumberOf('999 000 0441'),
      familyName: 'Gallagher',
      givenNames: ['Niamh'],
      birthdate: '1967-04-03',
      postcode: 'BS7 8AA',
      gpOdsCode: 'Z99002',
      mobile: '07700 900062',
    },
    check: { document: 'uk-driving-licence', way: 'say', came: { declined: 'record-problem' } },
  }),
  checkedPerson({
    id: 'photo-check-declined-another-way',
    sub: 'd561cab7-7e4d-473d-b44d-04cb5f0f2c02',
    level: 'P5',
    words: {
      en: {
        title: 'Photo check declined: another way',
        story:
          'The ID was not authentic. The person is not told why: they read that they can’t prove who they are in this way, and which others there are.',
      },
      cy: {
        title: 'Gwiriad llun wedi’i wrthod: ffordd arall',
        story:
          'Nid oedd yr ID yn ddilys. Ni ddywedir pam wrth y person: mae’n darllen na all brofi pwy ydyw yn y ffordd hon, a pha ffyrdd eraill sydd.',
      },
    },
    person: {
      nhsNumber: nhsNumberOf('999 000 0468'),
      familyName: 'Hollingbery',
      givenNames: ['Tobias'],
      birthdate: '1991-11-30',
      postcode: 'S10 3GL',
      gpOdsCode: 'Z99003',
      mobile: '07700 900063',
    },
    check: { document: 'passport', way: 'say', flaws: ['forged'], came: { declined: 'passport-forged' } },
  }),
];
