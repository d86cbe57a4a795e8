import type { Language } from '#foundation/web';
import type { SupplierWords } from '../supplier-plug.ts';

export const gpConnectWords: Readonly<Record<Language, SupplierWords>> = {
  en: {
    system: 'GP Connect',
    issue: [
      'There are no registration details to give: this system needs none.',
      'A patient who has proven who they are in another way gets online access at their first visit.',
    ],
    reissue: ['There is nothing to issue anew.'],
  },
  cy: {
    system: 'GP Connect',
    issue: [
      'Nid oes manylion cofrestru i’w rhoi: nid oes eu hangen ar y system hon.',
      'Bydd claf sydd wedi profi pwy ydyw mewn ffordd arall yn cael mynediad ar-lein ar ei ymweliad cyntaf.',
    ],
    reissue: ['Nid oes dim i’w roi o’r newydd.'],
  },
};
