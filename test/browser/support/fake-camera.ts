import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cameraStream, type VideoOrder } from '../../../src/sandbox/documents/film.ts';

/** A camera that sees what a test puts before it. */
export interface FakeCamera {
  /** What Chromium is started with, so that it takes this for its camera and microphone, and asks nobody. */
  readonly launchArguments: readonly string[];
  /** Puts a still picture before it; a page sees it from when it next turns the camera on. */
  showPicture(jpeg: Buffer): Promise<void>;
  /** Puts somebody before it who shows four numbers. */
  showPerson(order: VideoOrder): Promise<void>;
  remove(): Promise<void>;
}

export async function openFakeCamera(): Promise<FakeCamera> {
  const folder = await mkdtemp(path.join(tmpdir(), 'camera-'));
  const file = path.join(folder, 'camera.mjpeg');
  // A browser that is reading the file goes on with what it has: the new one takes its name, not its place.
  const show = async (stream: Buffer): Promise<void> => {
    await writeFile(`${file}.new`, stream);
    await rename(`${file}.new`, file);
  };
  return {
    launchArguments: [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${file}`,
    ],
    showPicture: (jpeg) => show(Buffer.concat([jpeg, jpeg])),
    showPerson: async (order) => show(await cameraStream(order)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
