import type { Language } from '#foundation/web';
import type { SupplierWords } from '../supplier-plug.ts';

/** Labels of the system itself stay as its screens have them, which are in English. */
export const tppWords: Readonly<Record<Language, SupplierWords>> = {
  en: {
    system: 'TPP SystmOne',
    details: { odsCode: 'Organisation ID', accountId: 'Account ID', linkageKey: 'Passphrase' },
    issue: [
      'Open the patient’s record and go to the “Administrative” tab.',
      'Select “Online Services”, then “Register for Online Services”.',
      'Choose the services and save.',
      'Select “Issue or view new third-party passphrase”, print it, and hand it to the patient.',
    ],
    reissue: [
      'In “Online Services”, select “Issue or view new third-party passphrase”.',
      'Print it, and hand it to the patient. The one before stops working.',
      'Patients who know their account ID can also get a new passphrase online by themselves.',
    ],
  },
  cy: {
    system: 'TPP SystmOne',
    details: {
      odsCode: 'ID sefydliad (Organisation ID)',
      accountId: 'ID cyfrif (Account ID)',
      linkageKey: 'Cyfrinymadrodd (Passphrase)',
    },
    issue: [
      'Agorwch gofnod y claf ac ewch i’r tab “Administrative”.',
      'Dewiswch “Online Services”, yna “Register for Online Services”.',
      'Dewiswch y gwasanaethau a chadwch.',
      'Dewiswch “Issue or view new third-party passphrase”, ei argraffu, a’i roi i’r claf.',
    ],
    reissue: [
      'Yn “Online Services”, dewiswch “Issue or view new third-party passphrase”.',
      'Argraffwch ef, a’i roi i’r claf. Bydd yr un blaenorol yn peidio â gweithio.',
      'Gall cleifion sy’n gwybod eu ID cyfrif gael cyfrinymadrodd newydd ar-lein eu hunain hefyd.',
    ],
  },
};
