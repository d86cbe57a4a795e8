import type { ProofingMethod } from '../method.ts';

export const words: ProofingMethod['words'] = {
  en: {
    title: 'With photo ID and a video',
    needs: [
      'You need a passport, a driving licence or another photo ID, and a device with a camera.',
      'You take a photo of your ID and record a short video: you can speak, write or use British Sign Language (BSL). A person checks them.',
    ],
    time: 'It takes about 20 minutes, and you get an answer later by email.',
    waiting: 'We have your photos and your video, and are checking them. Choose this to see how it stands.',
  },
  cy: {
    title: 'Gydag ID ffotograffig a fideo',
    needs: [
      'Mae arnoch angen pasbort, trwydded yrru neu ID ffotograffig arall, a dyfais gyda chamera.',
      'Rydych yn tynnu llun o’ch ID ac yn recordio fideo byr: gallwch siarad, ysgrifennu neu ddefnyddio Iaith Arwyddion Prydain (BSL). Mae person yn eu gwirio.',
    ],
    time: 'Mae’n cymryd tua 20 munud, a chewch ateb yn nes ymlaen drwy e-bost.',
    waiting:
      'Mae eich lluniau a’ch fideo gyda ni, ac rydym yn eu gwirio. Dewiswch hyn i weld sut mae’n mynd.',
  },
};
