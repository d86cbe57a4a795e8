import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  Output,
  WebMOutputFormat,
} from 'mediabunny';
import { Encoder, FilterAPI } from 'node-av/api';
import { FF_ENCODER_LIBOPUS, FF_ENCODER_LIBVPX_VP9 } from 'node-av/constants';
import type { Frame, Packet } from 'node-av/lib';
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
      if (at >= next) await picture.add(frame);
      else frame.free();
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
  const description = { codec: 'vp09.00.31.08', codedWidth: width, codedHeight: height };
  return chain({
    source,
    filter: `scale=${wide}:${high}:flags=bilinear${turns[rotation]},setsar=1,format=yuv420p`,
    encoder: Encoder.createSync(FF_ENCODER_LIBVPX_VP9, {
      threadCount: 2,
      gopSize: framesPerSecond,
      bitrate: bitsPerSecond,
      options: { deadline: 'realtime', 'cpu-used': 8, 'lag-in-frames': 0, 'row-mt': true, 'tile-columns': 1 },
    }),
    add: (packet) => source.add(packet, { decoderConfig: description }),
  });
}

function openSound() {
  const source = new EncodedAudioPacketSource('opus');
  const description = { codec: 'opus', sampleRate: soundRate, numberOfChannels: 1 };
  return chain({
    source,
    filter: soundFilter,
    encoder: Encoder.createSync(FF_ENCODER_LIBOPUS, { bitrate: 64_000 }),
    add: (packet) => source.add(packet, { decoderConfig: description }),
  });
}

/** Frames through a filter and an encoder into a track. */
function chain<Source>(parts: {
  readonly source: Source;
  readonly filter: string;
  readonly encoder: Encoder;
  readonly add: (packet: EncodedPacket) => Promise<void>;
}) {
  const { source, encoder } = parts;
  const filter = FilterAPI.create(parts.filter);
  let isBegun = false;
  const write = async (packets: readonly Packet[]): Promise<void> => {
    for (const packet of packets) {
      await parts.add(toEncoded(packet));
      packet.free();
    }
  };
  const encode = async (frames: readonly Frame[]): Promise<void> => {
    for (const frame of frames) {
      await write(encoder.encodeAllSync(frame));
      frame.free();
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
      if (!isBegun) return;
      await encode([...filter.flushFramesSync()]);
      await write([...encoder.flushPacketsSync()]);
    },
    close: (): void => {
      filter.close();
      encoder.close();
    },
  };
}

function toEncoded(packet: Packet): EncodedPacket {
  const { num, den } = packet.timeBase;
  const seconds = (ticks: bigint): number => (Number(ticks) * num) / den;
  const data = Uint8Array.from(packet.data ?? []);
  // An encoder's delay lies before the beginning.
  const from = Math.max(0, seconds(packet.pts));
  return new EncodedPacket(data, packet.isKeyframe ? 'key' : 'delta', from, seconds(packet.duration));
}
