import {
  BufferTarget,
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedVideoPacketSource,
  Output,
  WebMOutputFormat,
} from 'mediabunny';
import { FilterAPI } from 'node-av/api';
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_S16,
  FF_ENCODER_LIBOPUS,
  FF_ENCODER_LIBVPX_VP9,
} from 'node-av/constants';
import { Rational, type Frame } from 'node-av/lib';
import { timeBase } from './decoder.ts';
import { openEncoder, type FrameEncoder } from './encoder.ts';
import { limits } from './limits.ts';

/** Writes frames as a WebM with VP9 and Opus, which nobody has to pay for and every browser plays and seeks. */
export interface Rewriter {
  readonly width: number;
  readonly height: number;
  /** @param frame timed in {@link timeBase}, from 0 on; freed */
  addPicture(frame: Frame): Promise<void>;
  addSound(frame: Frame): Promise<void>;
  /** @returns the file */
  finish(): Promise<Uint8Array>;
  close(): void;
}

/** As a track says that it is to be shown. */
export interface Shown {
  /** In square pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** Clockwise, to make it upright. */
  readonly rotation: 0 | 90 | 180 | 270;
  readonly hasSound: boolean;
}

const { framesPerSecond, bitsPerSecond } = limits.keptVideo;
const soundRate = 48_000;
const soundFilter = `aresample=${soundRate}:async=1:first_pts=0,aformat=sample_fmts=s16:channel_layouts=mono,asetnsamples=960`;
const turns = { 0: '', 90: ',transpose=clock', 180: ',hflip,vflip', 270: ',transpose=cclock' };
/** A little less than the time between two pictures: recordings are never quite even. */
const leastMicroseconds = 1_000_000 / framesPerSecond - 4000;
/** What the encoder reckons with for each. */
const usualMicroseconds = Math.round(1_000_000 / framesPerSecond);

export async function openRewriter(shown: Shown): Promise<Rewriter> {
  const size = keptSize(shown);
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const picture = openPictures(shown, size);
  output.addVideoTrack(picture.source);
  const sound = shown.hasSound ? openSound() : undefined;
  if (sound !== undefined) output.addAudioTrack(sound.source);
  await output.start();
  let next = 0;
  return {
    ...size,
    addPicture: async (frame) => {
      const at = Number(frame.pts);
      if (at < next) return frame.free();
      frame.duration = BigInt(usualMicroseconds);
      await picture.add(frame);
      next = Math.max(next, at + leastMicroseconds);
    },
    addSound: async (frame) => sound?.add(frame),
    finish: async () => {
      await picture.end();
      await sound?.end();
      await output.finalize();
      if (target.buffer === null) throw new Error('nothing was written');
      return new Uint8Array(target.buffer);
    },
    close: () => {
      picture.close();
      sound?.close();
    },
  };
}

/** As it is, or smaller; an even number of pixels, as encoders want it. */
export function keptSize({ width, height }: Pick<Shown, 'width' | 'height'>): {
  width: number;
  height: number;
} {
  const { longSide, shortSide } = limits.keptVideo;
  const scale = Math.min(1, longSide / Math.max(width, height), shortSide / Math.min(width, height));
  const even = (side: number): number => Math.max(2, 2 * Math.round((side * scale) / 2));
  return { width: even(width), height: even(height) };
}

function openPictures({ rotation }: Shown, { width, height }: { width: number; height: number }) {
  const [wide, high] = rotation === 90 || rotation === 270 ? [height, width] : [width, height];
  const source = new EncodedVideoPacketSource('vp9');
  const decoderConfig = { codec: 'vp09.00.31.08', codedWidth: width, codedHeight: height };
  const encoder = openEncoder(
    FF_ENCODER_LIBVPX_VP9,
    (context) => {
      context.timeBase = timeBase;
      context.width = width;
      context.height = height;
      context.pixelFormat = AV_PIX_FMT_YUV420P;
      context.bitRate = BigInt(bitsPerSecond);
      context.gopSize = framesPerSecond;
      context.threadCount = 2;
    },
    { deadline: 'realtime', 'cpu-used': '8', 'lag-in-frames': '0', 'row-mt': '1', 'tile-columns': '1' },
  );
  return chain({
    source,
    encoder,
    filter: `scale=${wide}:${high}:flags=bilinear${turns[rotation]},setsar=1,format=yuv420p`,
    add: (packet) => source.add(packet, { decoderConfig }),
  });
}

function openSound() {
  const source = new EncodedAudioPacketSource('opus');
  const decoderConfig = { codec: 'opus', sampleRate: soundRate, numberOfChannels: 1 };
  const encoder = openEncoder(
    FF_ENCODER_LIBOPUS,
    (context) => {
      context.timeBase = new Rational(1, soundRate);
      context.sampleRate = soundRate;
      context.sampleFormat = AV_SAMPLE_FMT_S16;
      context.channelLayout = AV_CHANNEL_LAYOUT_MONO;
      context.bitRate = 64_000n;
    },
    {},
  );
  return chain({
    source,
    encoder,
    filter: soundFilter,
    add: (packet) => source.add(packet, { decoderConfig }),
  });
}

/** Frames through a filter and an encoder into a track. */
function chain<Source>(parts: {
  readonly source: Source;
  readonly filter: string;
  readonly encoder: FrameEncoder;
  readonly add: (packet: EncodedPacket) => Promise<void>;
}) {
  const { source, encoder } = parts;
  const filter = FilterAPI.create(parts.filter);
  let isBegun = false;
  const encode = async (frames: readonly (Frame | null)[]): Promise<void> => {
    for (const frame of frames) {
      const packets = encoder.encode(frame);
      frame?.free();
      for (const packet of packets) await parts.add(packet);
    }
  };
  return {
    source,
    add: async (frame: Frame): Promise<void> => {
      isBegun = true;
      const filtered = filter.processAllSync(frame);
      frame.free();
      await encode(filtered);
    },
    end: async (): Promise<void> => {
      if (isBegun) await encode([...filter.flushFramesSync(), null]);
    },
    close: (): void => {
      filter.close();
      encoder.close();
    },
  };
}
