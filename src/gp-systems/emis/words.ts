import type { Language } from '#foundation/web';
import type { SupplierWords } from '../supplier-plug.ts';

/** Labels of the system itself stay as its screens have them, which are in English. */
export const emisWords: Readonly<Record<Language, SupplierWords>> = {
  en: {
    system: 'EMIS Web (Optum)',
    details: { odsCode: 'ODS code', accountId: 'Account ID', linkageKey: 'Linkage key' },
    letter: 'PIN document',
    issue: [
      'Open the patient’s record and select “Registration”, then “Online Services”.',
      'Select “Add online user”, then “Add current patient”.',
      'Record how you checked who the patient is.',
      'Choose the services, and from which date the patient can see their record.',
      'Print the PIN document, and hand it to the patient. It can be used once, within 2 weeks.',
    ],
    reissue: [
      'Check again who the patient is, and record how.',
      'In “Online Services”, select “Reset account key”. Some versions call it “Reset linkage key”.',
      'Print the new PIN document, and hand it to the patient.',
    ],
  },
  cy: {
    system: 'EMIS Web (Optum)',
    details: {
      odsCode: 'Cod ODS',
      accountId: 'ID cyfrif (Account ID)',
      linkageKey: 'Allwedd gysylltu (Linkage key)',
    },
    letter: 'dogfen PIN',
    issue: [
      'Agorwch gofnod y claf a dewiswch “Registration”, yna “Online Services”.',
      'Dewiswch “Add online user”, yna “Add current patient”.',
      'Cofnodwch sut y gwnaethoch wirio pwy yw’r claf.',
      'Dewiswch y gwasanaethau, ac o ba ddyddiad y gall y claf weld ei gofnod.',
      'Argraffwch y ddogfen PIN, a’i rhoi i’r claf. Gellir ei defnyddio unwaith, o fewn 2 wythnos.',
    ],
    reissue: [
      'Gwiriwch eto pwy yw’r claf, a chofnodwch sut.',
      'Yn “Online Services”, dewiswch “Reset account key”. Mewn rhai fersiynau, “Reset linkage key” yw’r enw.',
      'Argraffwch y ddogfen PIN newydd, a’i rhoi i’r claf.',
    ],
  },
};
