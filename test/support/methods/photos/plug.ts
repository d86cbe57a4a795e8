import { photoSteps } from '../../../../src/proofing/capture/photo-steps.ts';
import { captureMethod } from '../../capture-method.ts';

const words = { title: 'With photos', needs: ['A document.'], time: 'No time.' };

export default captureMethod({
  id: 'photos',
  words: { en: words, cy: { ...words, title: 'Gyda lluniau' } },
  steps: photoSteps,
});
