import { nhsNumberOf } from '../people.ts';
import { inRegister, knownBy, written, type Persona, type PersonaStory } from './persona.ts';

/** Somebody whose practice has checked their documents. */
const checked = { method: 'documents', checkedOn: '2024-05-16' } as const;

const stale = inRegister({
  nhsNumber: nhsNumberOf('999 000 0301'),
  familyName: 'Whitlock',
  givenNames: ['Callum'],
  birthdate: '1978-07-05',
  postcode: 'LS11 8PG',
  gpOdsCode: 'Z99001',
  mobile: '07700 900049',
});
const quick = inRegister({
  nhsNumber: nhsNumberOf('999 000 0328'),
  familyName: 'Ashworth',
  givenNames: ['Eleanor'],
  birthdate: '1958-02-03',
  postcode: 'LS16 5PB',
  gpOdsCode: 'Z99001',
  mobile: '07700 900050',
});
const barred = inRegister({
  nhsNumber: nhsNumberOf('999 000 0336'),
  familyName: 'Delacroix',
  givenNames: ['Marcus'],
  birthdate: '1983-11-11',
  postcode: 'LS12 3NW',
  gpOdsCode: 'Z99001',
  mobile: '07700 900051',
});
const gone = inRegister({
  nhsNumber: nhsNumberOf('999 000 0352'),
  familyName: 'Carrington',
  givenNames: ['Hugo'],
  birthdate: '1969-06-12',
  postcode: 'LS13 1BB',
  gpOdsCode: 'Z99001',
  mobile: '07700 900053',
});
const mover = inRegister({
  nhsNumber: nhsNumberOf('999 000 0360'),
  familyName: 'Szymanski',
  givenNames: ['Zofia'],
  birthdate: '1996-01-31',
  postcode: 'S11 8YZ',
  gpOdsCode: 'Z99003',
  mobile: '07700 900054',
});

/** Thirteen or fourteen years old, and a year older where a sandbox runs on into the next. */
function practiceLimited(year: number): Persona {
  const entry = inRegister({
    nhsNumber: nhsNumberOf('999 000 0344'),
    familyName: 'Fairburn',
    givenNames: ['Isla'],
    birthdate: `${year - 14}-03-20`,
    postcode: 'LE2 1XE',
    gpOdsCode: 'Z99005',
    mobile: '07700 900052',
  });
  return {
    id: 'practice-limited',
    words: {
      en: {
        title: 'Practice-limited young person',
        story:
          'Is old enough for P9 in general, but practice Z99005 lets its patients prove who they are from the age of 16 only.',
      },
      cy: {
        title: 'Person ifanc wedi’i gyfyngu gan y feddygfa',
        story:
          'Yn ddigon hen ar gyfer P9 yn gyffredinol, ond mae meddygfa Z99005 yn gadael i’w chleifion brofi pwy ydynt o 16 oed ymlaen yn unig.',
      },
    },
    email: 'practice-limited@people.example',
    mobile: '07700 900052',
    nation: 'england',
    account: {
      sub: '6ea4ab9a-077c-488d-ad80-5e55f910156d',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(entry), phoneMatched: true },
    },
    staysYoung: true,
    ...entry,
    gp: {
      types: written('4471902466', 'Xq4HmWn8bTc7V', 'Z99005'),
      accounts: [{ ...written('4471902466', 'Xq4HmWn8bTc7V', 'Z99005'), state: 'ready' }],
    },
  };
}

/** People whose story is about what else their practice has done. */
export const atPracticePersonas: readonly PersonaStory[] = [
  {
    id: 'im1-credentials-stale',
    words: {
      en: {
        title: 'IM1 credentials stale',
        story:
          'Has proven who they are with registration details, and the practice has issued a new key since. The old one is not worth anything any more: a service with IM1 is given the new one once it was found out in the background.',
      },
      cy: {
        title: 'Manylion IM1 wedi dyddio',
        story:
          'Wedi profi pwy ydynt gyda manylion cofrestru, ac mae’r feddygfa wedi cyhoeddi allwedd newydd ers hynny. Nid yw’r hen un yn werth dim mwyach: rhoddir yr un newydd i wasanaeth ag IM1 unwaith y daethpwyd o hyd iddi yn y cefndir.',
      },
    },
    email: 'im1-credentials-stale@people.example',
    mobile: '07700 900049',
    nation: 'england',
    account: {
      sub: '946d2599-fdbe-491a-a36b-f574f1d1e96d',
      isPasswordLocked: false,
      identity: {
        level: 'P9',
        details: knownBy(stale),
        phoneMatched: true,
        gpCredentials: { gpUserId: '4471902430', gpLinkageKey: 'oldK3yThatW4s', gpOdsCode: 'Z99001' },
      },
    },
    ...stale,
    gp: { accounts: [{ ...written('4471902430', 'Tn9LcRv6wXb4M', 'Z99001'), state: 'ready' }] },
  },
  {
    id: 'fast-track-ready',
    words: {
      en: {
        title: 'Fast track ready',
        story:
          'Their mobile number is the one on their NHS record, and practice Z99001 has checked who they are and put online services on. With their leave that is enough for P9.',
      },
      cy: {
        title: 'Llwybr cyflym yn barod',
        story:
          'Eu rhif symudol nhw yw’r un ar eu cofnod GIG, ac mae meddygfa Z99001 wedi gwirio pwy ydynt ac wedi troi gwasanaethau ar-lein ymlaen. Gyda’u caniatâd mae hynny’n ddigon ar gyfer P9.',
      },
    },
    email: 'fast-track-ready@people.example',
    mobile: '07700 900050',
    nation: 'england',
    account: {
      sub: '7c4f0942-7580-40a0-81ab-32da276480d7',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(quick), phoneMatched: true },
    },
    ...quick,
    gp: { check: checked },
  },
  {
    id: 'fast-track-blocked',
    words: {
      en: {
        title: 'Fast track blocked',
        story:
          'As “Fast track ready”, but the practice does not want them to be proven that way, so it is not offered.',
      },
      cy: {
        title: 'Llwybr cyflym wedi’i rwystro',
        story:
          'Fel “Llwybr cyflym yn barod”, ond nid yw’r feddygfa am iddynt gael eu profi fel hynny, felly nid yw’n cael ei gynnig.',
      },
    },
    email: 'fast-track-blocked@people.example',
    mobile: '07700 900051',
    nation: 'england',
    account: {
      sub: '6d0b62a4-3886-4f0c-98cb-ccd964349c49',
      isPasswordLocked: false,
      identity: { level: 'P5', details: knownBy(barred), phoneMatched: true },
    },
    ...barred,
    gp: { check: checked, isFastTrackBlocked: true },
  },
  practiceLimited,
  {
    id: 'im1-access-lost',
    words: {
      en: {
        title: 'IM1 access lost',
        story:
          'Has proven who they are with registration details, and practice Z99001 has closed their record since. No new details can be had: once that was found out, a service with IM1 is given none.',
      },
      cy: {
        title: 'Mynediad IM1 wedi’i golli',
        story:
          'Wedi profi pwy ydynt gyda manylion cofrestru, ac mae meddygfa Z99001 wedi cau eu cofnod ers hynny. Ni ellir cael manylion newydd: unwaith y daethpwyd o hyd i hynny, ni roddir dim i wasanaeth ag IM1.',
      },
    },
    email: 'im1-access-lost@people.example',
    mobile: '07700 900053',
    nation: 'england',
    account: {
      sub: 'decfd886-459b-42c2-b754-a06880867e33',
      isPasswordLocked: false,
      identity: {
        level: 'P9',
        details: knownBy(gone),
        phoneMatched: true,
        gpCredentials: { gpUserId: '4471902488', gpLinkageKey: 'Vb7MkXq2cTn8R', gpOdsCode: 'Z99001' },
      },
    },
    ...gone,
    gp: {
      standing: 'archived',
      accounts: [{ ...written('4471902488', 'Vb7MkXq2cTn8R', 'Z99001'), state: 'ready' }],
    },
  },
  {
    id: 'im1-moved-practice',
    words: {
      en: {
        title: 'IM1 credentials of a former practice',
        story:
          'Has proven who they are with registration details of practice Z99001, and has moved to Z99003 since. A service with IM1 is given details of the new practice, once these were made in the background.',
      },
      cy: {
        title: 'Manylion IM1 hen feddygfa',
        story:
          'Wedi profi pwy ydynt gyda manylion cofrestru meddygfa Z99001, ac wedi symud i Z99003 ers hynny. Rhoddir manylion y feddygfa newydd i wasanaeth ag IM1, unwaith y cafodd y rhain eu gwneud yn y cefndir.',
      },
    },
    email: 'im1-moved-practice@people.example',
    mobile: '07700 900054',
    nation: 'england',
    account: {
      sub: '7500b0df-9829-4ca6-babe-18dd4dc2eb4c',
      isPasswordLocked: false,
      identity: {
        level: 'P9',
        details: knownBy(mover),
        phoneMatched: true,
        gpCredentials: { gpUserId: '4471902491', gpLinkageKey: 'Dz5WpHt9mLx3C', gpOdsCode: 'Z99001' },
      },
    },
    ...mover,
    gp: { accounts: [{ ...written('4471902491', 'Dz5WpHt9mLx3C', 'Z99001'), state: 'ready' }] },
  },
];
