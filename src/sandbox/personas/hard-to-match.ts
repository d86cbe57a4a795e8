import { nhsNumberOf } from '../people.ts';
import { inRegister, type Persona } from './persona.ts';

const married = inRegister({
  nhsNumber: nhsNumberOf('999 000 0166'),
  familyName: 'Robins',
  givenNames: ['Katie', 'Anne'],
  birthdate: '1991-05-24',
  postcode: 'BS7 8PW',
  gpOdsCode: 'Z99001',
  mobile: '07700 900031',
});
const namesake = inRegister({
  nhsNumber: nhsNumberOf('999 000 0174'),
  familyName: 'Jones',
  givenNames: ['David'],
  birthdate: '1966-04-18',
  postcode: 'SA1 4PE',
  gpOdsCode: 'Z99002',
});
const otherNamesake = {
  ...namesake.register[0],
  nhsNumber: nhsNumberOf('999 000 0182'),
  givenNames: ['David', 'Huw'],
  postcode: 'SA2 0AT',
};
const dead = inRegister({
  nhsNumber: nhsNumberOf('999 000 0190'),
  familyName: 'Ackroyd',
  givenNames: ['Edith'],
  birthdate: '1938-01-09',
  postcode: 'LS6 3HH',
  gpOdsCode: 'Z99001',
  isDeceased: true,
});
const restricted = inRegister({
  nhsNumber: nhsNumberOf('999 000 0204'),
  familyName: 'Marsh',
  givenNames: ['Robin'],
  birthdate: '1986-12-12',
  postcode: 'NR2 2BB',
  gpOdsCode: 'Z99001',
  isRestricted: true,
});
/** The person who has proven who they are. */
const somebodyElses = {
  nhsNumber: nhsNumberOf('999 000 0026'),
  familyName: 'Okafor',
  givenName: 'Samuel Chidi',
  birthdate: '1984-11-30',
  postcode: 'SE15 4QL',
};

/** People at the lowest level whose details do not lead to one record that is theirs. */
export const hardToMatchPersonas: readonly Persona[] = [
  {
    id: 'name-mismatch',
    words: {
      en: {
        title: 'Name mismatch',
        story:
          'Says the name Katie Wren; the NHS record still has Katie Anne Robins. By name nothing is found; by NHS number the record is, with the other name on it.',
      },
      cy: {
        title: 'Enw ddim yn cyfateb',
        story:
          'Yn dweud yr enw Katie Wren; mae Katie Anne Robins ar y cofnod GIG o hyd. Ni cheir dim wrth yr enw; ceir y cofnod wrth y rhif GIG, gyda’r enw arall arno.',
      },
    },
    email: 'name-mismatch@people.example',
    mobile: '07700 900031',
    nation: 'england',
    account: { sub: 'b84fa51b-e2a5-46f9-97f6-e10d3431402f', isPasswordLocked: false },
    says: { ...married.says, familyName: 'Wren', givenName: 'Katie' },
    register: married.register,
  },
  {
    id: 'several-matches',
    words: {
      en: {
        title: 'Several matches',
        story:
          'Two NHS records have the same name and date of birth in the same area. By name it looks as if there were none; the NHS number finds one.',
      },
      cy: {
        title: 'Sawl cofnod yn cyfateb',
        story:
          'Mae gan ddau gofnod GIG yr un enw a dyddiad geni yn yr un ardal. Wrth yr enw mae’n edrych fel pe na bai un; mae’r rhif GIG yn dod o hyd i un.',
      },
    },
    email: 'several-matches@people.example',
    mobile: '07700 900032',
    nation: 'wales',
    account: { sub: 'd6a132eb-119f-407a-abb9-c19b5cc76ab2', isPasswordLocked: false },
    says: namesake.says,
    register: [...namesake.register, otherNamesake],
  },
  {
    id: 'deceased',
    words: {
      en: {
        title: 'Deceased',
        story:
          'Uses the details of somebody who died, by the NHS record. It looks as if there were no such record: nobody is told of a death.',
      },
      cy: {
        title: 'Wedi marw',
        story:
          'Yn defnyddio manylion rhywun a fu farw, yn ôl y cofnod GIG. Mae’n edrych fel pe na bai cofnod o’r fath: ni ddywedir wrth neb am farwolaeth.',
      },
    },
    email: 'deceased@people.example',
    mobile: '07700 900033',
    nation: 'england',
    account: { sub: '074673ff-1672-42aa-8d62-7e895f2b158c', isPasswordLocked: false },
    ...dead,
  },
  {
    id: 'restricted',
    words: {
      en: {
        title: 'Restricted record',
        story:
          'Their NHS record is restricted: it keeps back where they live, so their details can’t be matched online. It looks as if there were no such record.',
      },
      cy: {
        title: 'Cofnod cyfyngedig',
        story:
          'Mae eu cofnod GIG yn gyfyngedig: mae’n cadw’n ôl ble maen nhw’n byw, felly ni ellir paru’r manylion ar-lein. Mae’n edrych fel pe na bai cofnod o’r fath.',
      },
    },
    email: 'restricted@people.example',
    mobile: '07700 900034',
    nation: 'england',
    account: { sub: 'af903b2a-e937-4b6b-870a-1577b743766d', isPasswordLocked: false },
    ...restricted,
  },
  {
    id: 'nhs-number-taken',
    words: {
      en: {
        title: 'NHS number already on another account',
        story:
          'Uses the details of the person “P9”, who has a login with that NHS number already. Nothing is said of the other login.',
      },
      cy: {
        title: 'Rhif GIG eisoes ar gyfrif arall',
        story:
          'Yn defnyddio manylion y person “P9”, sydd â chyfrif gyda’r rhif GIG hwnnw eisoes. Ni ddywedir dim am y cyfrif arall.',
      },
    },
    email: 'nhs-number-taken@people.example',
    mobile: '07700 900035',
    nation: 'england',
    account: { sub: 'd14cf706-2820-4379-8c18-f717c8dbaaa8', isPasswordLocked: false },
    says: somebodyElses,
  },
];
