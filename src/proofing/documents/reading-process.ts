import { answerTasks } from '#foundation/workers';
import { z } from 'zod';
import { openOcr } from './ocr.ts';

const picture = z.instanceof(Uint8Array);
const ocr = openOcr();

answerTasks({ read: async (input) => (await ocr).readTwice(picture.parse(input)) });
