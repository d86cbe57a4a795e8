import type { Logger } from '#foundation/log';
import { openWorkers } from '#foundation/workers';
import type { Examine } from '../examine.ts';
import type { EvidenceKind } from '../types.ts';
import { checkImage } from './check-image.ts';
import { checkVideo } from './check-video.ts';
import { limits } from './limits.ts';

/** What looks at pictures and videos. */
export interface Media {
  readonly examine: Readonly<Record<EvidenceKind, Examine>>;
  close(): Promise<void>;
}

/**
 * Opens the processes that decode what people send, one file each. A picture takes a second or so, a video several:
 * they don't wait for each other.
 */
export function openMedia(log: Logger): Media {
  const script = new URL('media-process.ts', import.meta.url);
  const common = { script, processes: 1, idleSeconds: 30, tasksPerProcess: 1, log };
  const images = openWorkers({ ...common, ...limits.imageWork, name: 'images' });
  const videos = openWorkers({ ...common, ...limits.videoWork, name: 'videos' });
  return {
    examine: {
      image: (sent, write) => checkImage(images, sent, write),
      video: (sent, write) => checkVideo(videos, sent, write),
    },
    close: async () => {
      await Promise.all([images.close(), videos.close()]);
    },
  };
}
