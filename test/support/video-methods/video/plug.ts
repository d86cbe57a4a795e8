import { videoSteps } from '../../../../src/proofing/capture/video-steps.ts';
import { captureMethod } from '../../capture-method.ts';

const words = { title: 'With a video', needs: ['A camera.'], time: 'No time.' };

export default captureMethod({
  id: 'video',
  words: { en: words, cy: { ...words, title: 'Gyda fideo' } },
  steps: videoSteps,
});
