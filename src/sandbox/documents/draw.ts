import { spawn } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import type { DrawnPose } from '../faces/camera-script.ts';
import type { Performance } from '../faces/perform.ts';
import type { DocumentOrder } from './document.ts';
import type { DrawingOrder } from './drawing-process.ts';
import type { Face } from './face.ts';
import type { VideoOrder } from './film.ts';

const script = path.join(import.meta.dirname, 'drawing-process.ts');
const mostMilliseconds = 180_000;

/**
 * Draws a document that nobody has issued, as a telephone takes it. It is drawn by a process of its own, which ends
 * with it: what drawing takes of memory is not the server's.
 *
 * @returns a JPEG, 2000 by 1500 pixels
 */
export function drawDocument(order: DocumentOrder): Promise<Buffer> {
  return draw({ what: 'document', ...order });
}

/**
 * Makes a video of a face that shows four numbers, on paper, by a mouth that moves, or by hands.
 *
 * @returns a WebM of 5 seconds, if nothing else was ordered, without sound
 */
export function drawVideo(order: VideoOrder): Promise<Buffer> {
  return draw({ what: 'video', ...order });
}

const drawnPoses = z.array(
  z.object({ yaw: z.number(), pitch: z.number(), areEyesShut: z.boolean(), jpeg: z.string() }),
);

/** Draws somebody in each pose that they may be asked for before a camera. */
export async function drawCameraPoses(face: Face): Promise<DrawnPose[]> {
  return drawnPoses.parse(JSON.parse((await draw({ what: 'poses', face })).toString()));
}

/** Draws what a camera takes while somebody does what they are asked. @returns JPEGs, one after another */
export async function drawAct(performance: Performance): Promise<Buffer[]> {
  const frames: unknown = JSON.parse((await draw({ what: 'act', ...performance })).toString());
  return z
    .array(z.string())
    .parse(frames)
    .map((frame) => Buffer.from(frame, 'base64'));
}

async function draw(order: DrawingOrder): Promise<Buffer> {
  const child = spawn(process.execPath, ['--max-old-space-size=256', script], {
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: mostMilliseconds,
    killSignal: 'SIGKILL',
    env: {},
  });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  // A process that has ended already takes no order; that it has is told by its code.
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(order));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`a drawing was not finished (${code ?? 'ended'})`);
  return Buffer.concat(parts);
}
