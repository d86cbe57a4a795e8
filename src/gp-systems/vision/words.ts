import type { Language } from '#foundation/web';
import type { SupplierWords } from '../supplier-plug.ts';

/** Labels of the system itself stay as its screens have them, which are in English. */
export const visionWords: Readonly<Record<Language, SupplierWords>> = {
  en: {
    system: 'Vision (Cegedim)',
    details: { odsCode: 'Practice ID', accountId: 'Account ID', linkageKey: 'Linkage key' },
    letter: 'registration letter',
    issue: [
      'Open “Registration”, find the patient and select “Online Services”.',
      'Under “Identification”, select “Add” and record how and when you checked who the patient is. Without it no account can be made.',
      'Select “Create Online Account”, and check the patient’s e-mail address with them.',
      'Print the registration letter. It has an expiry date: tell the patient.',
    ],
    reissue: [
      'Open “Registration”, find the patient and select “Online Services”.',
      'Print the registration letter again; once its expiry date has passed, make a new one.',
    ],
  },
  cy: {
    system: 'Vision (Cegedim)',
    details: {
      odsCode: 'ID practis (Practice ID)',
      accountId: 'ID cyfrif (Account ID)',
      linkageKey: 'Allwedd gysylltu (Linkage key)',
    },
    letter: 'llythyr cofrestru',
    issue: [
      'Agorwch “Registration”, dewch o hyd i’r claf a dewiswch “Online Services”.',
      'O dan “Identification”, dewiswch “Add” a chofnodwch sut a phryd y gwnaethoch wirio pwy yw’r claf. Heb hynny ni ellir creu cyfrif.',
      'Dewiswch “Create Online Account”, a gwiriwch gyfeiriad e-bost y claf gydag ef neu hi.',
      'Argraffwch y llythyr cofrestru. Mae dyddiad dod i ben arno: dywedwch hynny wrth y claf.',
    ],
    reissue: [
      'Agorwch “Registration”, dewch o hyd i’r claf a dewiswch “Online Services”.',
      'Argraffwch y llythyr cofrestru eto; os yw ei ddyddiad wedi mynd heibio, gwnewch un newydd.',
    ],
  },
};
