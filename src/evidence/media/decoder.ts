import {
  AV_CHANNEL_ORDER_NATIVE,
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_AV1,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_CODEC_ID_MP3,
  AV_CODEC_ID_OPUS,
  AV_CODEC_ID_PCM_S16BE,
  AV_CODEC_ID_PCM_S16LE,
  AV_CODEC_ID_VORBIS,
  AV_CODEC_ID_VP8,
  AV_CODEC_ID_VP9,
  AV_LOG_QUIET,
  AVERROR_EAGAIN,
  AVERROR_EOF,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Log, Packet, Rational } from 'node-av/lib';
import type { EncodedPacket } from 'mediabunny';
import { limits } from './limits.ts';

Log.setLevel(AV_LOG_QUIET);

/** Timestamps count microseconds. */
export const timeBase = new Rational(1, 1_000_000);

/** What browsers and telephones record, under the names that mediabunny gives it. */
export const decodable = {
  avc: AV_CODEC_ID_H264,
  hevc: AV_CODEC_ID_HEVC,
  vp8: AV_CODEC_ID_VP8,
  vp9: AV_CODEC_ID_VP9,
  av1: AV_CODEC_ID_AV1,
  aac: AV_CODEC_ID_AAC,
  opus: AV_CODEC_ID_OPUS,
  vorbis: AV_CODEC_ID_VORBIS,
  mp3: AV_CODEC_ID_MP3,
  'pcm-s16': AV_CODEC_ID_PCM_S16LE,
  'pcm-s16be': AV_CODEC_ID_PCM_S16BE,
} as const;
export type Decodable = keyof typeof decodable;

export function isDecodable(codec: string | null): codec is Decodable {
  return codec !== null && Object.hasOwn(decodable, codec);
}

/** What a decoder has to know before the first packet. */
export interface DecoderConfiguration {
  readonly codec: Decodable;
  readonly description: Uint8Array | undefined;
  readonly sampleRate?: number;
  readonly channels?: number;
}

/** Takes packets and gives frames, and counts what was wrong with either. */
export interface PacketDecoder {
  /** @param packet null at the end; each frame is the receiver's to free */
  decode(packet: EncodedPacket | null): Frame[];
  readonly counts: { readonly packets: number; readonly faults: number };
  close(): void;
}

/** Nothing more for now, and nothing more at all. */
const isNoFault = (code: number): boolean => code === AVERROR_EAGAIN || code === AVERROR_EOF;

/** @throws when there is no such decoder */
export function openDecoder(configuration: DecoderConfiguration): PacketDecoder {
  const codec = Codec.findDecoder(decodable[configuration.codec]);
  if (codec === null) throw new Error('no such decoder');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.pktTimebase = timeBase;
  // Each further thread holds further frames.
  context.threadCount = 1;
  context.setOption('max_pixels', BigInt(limits.videoPixels));
  const { description, sampleRate, channels } = configuration;
  if (description !== undefined) context.extraData = Buffer.from(description);
  if (sampleRate !== undefined) context.sampleRate = sampleRate;
  if (channels !== undefined)
    context.channelLayout = {
      order: AV_CHANNEL_ORDER_NATIVE,
      nbChannels: channels,
      mask: channels === 1 ? 4n : 3n,
    };
  if (context.open2Sync(codec) < 0) throw new Error('the decoder does not open');
  const counts = { packets: 0, faults: 0 };
  return {
    decode: (packet) => {
      if (packet !== null) counts.packets += 1;
      const sent = send(context, packet);
      if (sent < 0 && !isNoFault(sent)) counts.faults += 1;
      return receive(context, counts);
    },
    counts,
    close: () => context.freeContext(),
  };
}

function send(context: CodecContext, encoded: EncodedPacket | null): number {
  if (encoded === null) return context.sendPacketSync(null);
  const packet = new Packet();
  packet.alloc();
  packet.data = Buffer.from(encoded.data.buffer, encoded.data.byteOffset, encoded.data.length);
  packet.pts = BigInt(encoded.microsecondTimestamp);
  packet.isKeyframe = encoded.type === 'key';
  packet.timeBase = timeBase;
  const sent = context.sendPacketSync(packet);
  packet.free();
  return sent;
}

function receive(context: CodecContext, counts: { faults: number }): Frame[] {
  const frames: Frame[] = [];
  for (;;) {
    const frame = new Frame();
    frame.alloc();
    const received = context.receiveFrameSync(frame);
    if (received < 0) {
      frame.free();
      if (!isNoFault(received)) counts.faults += 1;
      return frames;
    }
    if (frame.decodeErrorFlags !== 0) counts.faults += 1;
    frame.timeBase = timeBase;
    frames.push(frame);
  }
}
