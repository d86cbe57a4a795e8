import { randomBytes } from 'node:crypto';
import { Encoder, Muxer } from 'node-av/api';
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_OPT_SEARCH_CHILDREN,
  AV_OPT_TYPE_STRING,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  FF_ENCODER_AAC,
  FF_ENCODER_LIBOPUS,
  FF_ENCODER_LIBVPX_VP8,
  FF_ENCODER_LIBVPX_VP9,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
} from 'node-av/constants';
import { Dictionary, Frame } from 'node-av/lib';

/** A video as some browser or telephone writes it. */
export interface VideoOrder {
  readonly format: 'webm' | 'mp4' | 'mov' | 'matroska';
  readonly codec: 'vp8' | 'vp9' | 'h264' | 'hevc';
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  readonly framesPerSecond?: number;
  /** In bits a second; 1500k, when left out. Pictures of stripes stay below it. */
  readonly bitRate?: string;
  /** With pictures of nothing but noise, which take as much as they may. */
  readonly isNoise?: boolean;
  /** Without: silent. */
  readonly audio?: 'opus' | 'aac';
  /** The muxer's own, such as `{ live: 1 }` for a WebM as `MediaRecorder` writes it. */
  readonly muxer?: Readonly<Record<string, string | number>>;
  /** Written as its metadata. */
  readonly title?: string;
}

const videoEncoders = {
  vp8: FF_ENCODER_LIBVPX_VP8,
  vp9: FF_ENCODER_LIBVPX_VP9,
  h264: FF_ENCODER_LIBX264,
  hevc: FF_ENCODER_LIBX265,
};
const encoderOptions = {
  vp8: { deadline: 'realtime', 'cpu-used': '8' },
  vp9: { deadline: 'realtime', 'cpu-used': '8' },
  h264: { preset: 'ultrafast' },
  hevc: { preset: 'ultrafast', 'x265-params': 'log-level=none:bframes=0' },
};
const samplesPerSecond = 48_000;

/** Something that moves, and a tone. */
export async function makeVideo(order: VideoOrder): Promise<Buffer> {
  const {
    width = 640,
    height = 480,
    seconds = 4,
    framesPerSecond = 15,
    bitRate = '1500k',
    isNoise = false,
  } = order;
  const written = memoryFile();
  const output = await Muxer.open(written.callbacks, {
    format: order.format,
    ...(order.muxer === undefined ? {} : { options: order.muxer }),
  });
  const video = await Encoder.create(videoEncoders[order.codec], {
    context: { bitRate, gopSize: framesPerSecond * 2 },
    configure: (context) => {
      // A dictionary of options would be freed twice.
      for (const [name, value] of Object.entries(encoderOptions[order.codec]))
        context.setOption(name, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
    },
  });
  const audio = order.audio === undefined ? undefined : await createAudio(order.audio);
  const videoStream = output.addStream(video);
  const audioStream = audio === undefined ? 0 : output.addStream(audio.encoder);
  if (order.title !== undefined)
    output.getFormatContext().metadata = Dictionary.fromObject({ title: order.title });
  let samples = 0;
  for (let index = 0; index < seconds * framesPerSecond; index += 1) {
    const frame = Frame.fromVideoBuffer(
      isNoise ? randomBytes((width * height * 3) / 2) : moment(index, { width, height }),
      {
        width,
        height,
        format: AV_PIX_FMT_YUV420P,
        pts: BigInt(index),
        timeBase: { num: 1, den: framesPerSecond },
      },
    );
    for (const packet of (await video.encodeAll(frame)) ?? []) await output.writePacket(packet, videoStream);
    frame.free();
    if (audio === undefined) continue;
    while (samples / samplesPerSecond < (index + 1) / framesPerSecond) {
      const sound = tone(samples, audio);
      for (const packet of (await audio.encoder.encodeAll(sound)) ?? [])
        await output.writePacket(packet, audioStream);
      sound.free();
      samples += audio.frameSize;
    }
  }
  for await (const packet of video.flushPackets()) await output.writePacket(packet, videoStream);
  if (audio !== undefined)
    for await (const packet of audio.encoder.flushPackets()) await output.writePacket(packet, audioStream);
  video.close();
  audio?.encoder.close();
  await output.close();
  return written.content();
}

interface Sound {
  readonly encoder: Encoder;
  readonly frameSize: number;
  readonly isFloat: boolean;
}

async function createAudio(codec: 'opus' | 'aac'): Promise<Sound> {
  const encoder = await Encoder.create(codec === 'opus' ? FF_ENCODER_LIBOPUS : FF_ENCODER_AAC, {
    context: { bitRate: '64k' },
  });
  return { encoder, frameSize: codec === 'opus' ? 960 : 1024, isFloat: codec === 'aac' };
}

/** 440 Hz. */
function tone(from: number, { frameSize, isFloat }: Sound): Frame {
  const values = Array.from({ length: frameSize }, (_, at) =>
    Math.sin((2 * Math.PI * 440 * (from + at)) / samplesPerSecond),
  );
  const bytes = isFloat
    ? Buffer.from(Float32Array.from(values, (value) => value / 4).buffer)
    : Buffer.from(Int16Array.from(values, (value) => value * 8000).buffer);
  return Frame.fromAudioBuffer(bytes, {
    nbSamples: frameSize,
    format: isFloat ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_S16,
    sampleRate: samplesPerSecond,
    channelLayout: AV_CHANNEL_LAYOUT_MONO,
    timeBase: { num: 1, den: samplesPerSecond },
    pts: BigInt(from),
  });
}

/** A bright square that goes from left to right over stripes; one that is blue above and red below. */
function moment(index: number, { width, height }: { width: number; height: number }): Buffer {
  const planes = Buffer.alloc((width * height * 3) / 2, 128);
  const left = (index * 8) % Math.max(1, width - 64);
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    planes.fill(60 + ((y + index) % 64), row, row + width);
    if (y >= 40 && y < 104) planes.fill(220, row + left, row + left + 64);
  }
  const chroma = (width * height) / 4;
  planes.fill(200, width * height, width * height + chroma / 2);
  planes.fill(200, width * height + chroma * 1.5);
  return planes;
}

/** A file in memory: who writes it goes back to say at its beginning how long it has become. */
function memoryFile() {
  let bytes = Buffer.alloc(1024 * 1024);
  let length = 0;
  let at = 0;
  const write = (part: Buffer): number => {
    while (at + part.length > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
    part.copy(bytes, at);
    at += part.length;
    length = Math.max(length, at);
    return part.length;
  };
  const seek = (offset: bigint, whence: number): bigint => {
    const from = [0, at, length][whence];
    if (from === undefined) return BigInt(length);
    at = from + Number(offset);
    return BigInt(at);
  };
  return { callbacks: { write, seek }, content: () => Buffer.from(bytes.subarray(0, length)) };
}
