import type { ProofingMethod } from '../method.ts';

export const words: ProofingMethod['words'] = {
  en: {
    title: 'With photo ID and a face scan',
    needs: [
      'You need a passport, a driving licence or another photo ID, and a device with a camera.',
      'You take a photo of your ID and scan your face with the camera. If you do not want your face to be scanned, you can record a video instead.',
    ],
    time: 'It takes about 5 minutes. You may get an answer at once; if a person has to check it, you get it later by email.',
    waiting: 'We have what you sent, and are checking it. Choose this to see how it stands.',
  },
  cy: {
    title: 'Gydag ID ffotograffig a sgan wyneb',
    needs: [
      'Mae arnoch angen pasbort, trwydded yrru neu ID ffotograffig arall, a dyfais gyda chamera.',
      'Rydych yn tynnu llun o’ch ID ac yn sganio eich wyneb gyda’r camera. Os nad ydych am i’ch wyneb gael ei sganio, gallwch recordio fideo yn lle hynny.',
    ],
    time: 'Mae’n cymryd tua 5 munud. Efallai y cewch ateb ar unwaith; os oes rhaid i berson ei wirio, fe’i cewch yn nes ymlaen drwy e-bost.',
    waiting: 'Mae’r hyn a anfonoch gyda ni, ac rydym yn ei wirio. Dewiswch hyn i weld sut mae’n mynd.',
  },
};
