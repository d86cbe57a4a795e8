import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const repository = path.resolve(import.meta.dirname, '../..');
const addressOf = (file: string): string => JSON.stringify(pathToFileURL(path.join(repository, file)).href);

/** A way that is the video with four numbers and nothing else, and proves nobody: after it somebody is shown where they stand. */
const plug = `
import { embedSteps, stepsOf } from ${addressOf('src/foundation/journey/index.ts')};
import { captureAnswers } from ${addressOf('src/proofing/capture/answers.ts')};
import { videoSteps } from ${addressOf('src/proofing/capture/video-steps.ts')};
import { proofingMethod } from ${addressOf('src/proofing/method.ts')};
import { z } from ${addressOf('node_modules/zod/index.js')};
const words = { title: 'With a video alone', needs: ['A camera.'], time: 'A minute.' };
const end = stepsOf()({
  path: 'end',
  page: 'journeys/not-proven',
  isDone: () => false,
  undo: (answers) => answers,
  show: async () => ({ level: 'P9', reached: 'P5' }),
  form: z.object({}),
  submit: async (_deps, { answers }) => ({ outcome: 'answered', answers }),
});
export default proofingMethod({
  id: 'video-alone',
  level: 'P9',
  minutes: 1,
  words: { en: words, cy: { ...words, title: 'Gyda fideo yn unig' } },
  offeredWhen: async () => true,
  answers: captureAnswers,
  isProven: () => false,
  steps: (tools) => [
    ...embedSteps(videoSteps(tools), {
      pathPrefix: '',
      appliesWhen: () => true,
      read: (answers) => answers,
      write: (_answers, part) => part,
      context: (context) => ({ ...context, method: 'video-alone' }),
    }),
    end,
  ],
  staffSummary: () => 'A video.',
  auditEvents: [],
  keeps: [],
});
`;

/** Makes a way of proving that is the video alone. @returns the folder to look for it in */
export async function makeVideoMethod(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'video-method-'));
  await mkdir(path.join(folder, 'video-alone'));
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(path.join(folder, 'video-alone', 'plug.ts'), plug);
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
