import type { ProofingMethod } from '../method.ts';

export const words: ProofingMethod['words'] = {
  en: {
    title: 'With registration details from my GP surgery',
    needs: [
      'You need three details that your GP surgery in England gives you when you ask: an account ID, an ODS code and a linkage key (also called a passphrase).',
      'The surgery has to check who you are first, unless it has done so before.',
    ],
    time: 'It takes about 10 minutes, once you have the details.',
  },
  cy: {
    title: 'Gyda manylion cofrestru gan fy meddygfa',
    needs: [
      'Mae arnoch angen tri manylyn y mae eich meddygfa yn Lloegr yn eu rhoi i chi pan ofynnwch: ID cyfrif (account ID), cod ODS (ODS code) ac allwedd gysylltu (linkage key, neu passphrase).',
      'Rhaid i’r feddygfa wirio pwy ydych chi yn gyntaf, oni bai ei bod wedi gwneud hynny o’r blaen.',
    ],
    time: 'Mae’n cymryd tua 10 munud, unwaith y bydd y manylion gennych.',
  },
};
