import type { Frame } from 'node-av/lib';
import {
  CustomSource,
  EncodedPacketSink,
  Input,
  MP4,
  QTFF,
  WEBM,
  type InputAudioTrack,
  type EncodedPacket,
  type InputVideoTrack,
} from 'mediabunny';
import type { Caller } from '#foundation/workers';
import type { FileRefusal } from '../types.ts';
import { readInBlocks, type Blocks } from './blocks.ts';
import { isWhole } from './container.ts';
import { isDecodable, openDecoder, type PacketDecoder } from './decoder.ts';
import { limits } from './limits.ts';
import { openRewriter, type Rewriter } from './rewriter.ts';
import { sniffVideo } from './sniff.ts';

/** What a look at a video comes to; the video itself, written anew, has gone to the caller before. */
export type VideoAnswer =
  | { readonly outcome: 'checked'; readonly width: number; readonly height: number; readonly seconds: number }
  | { readonly outcome: 'refused'; readonly reason: FileRefusal };

/** Ends the look. */
class Refusal extends Error {
  readonly reason: FileRefusal;
  constructor(reason: FileRefusal) {
    super(reason);
    this.reason = reason;
  }
}

/** Of a hundred packets so many may be odd: recorders begin and end in odd ways. */
const mostFaults = 0.05;

/** Decodes each frame of a video and writes it anew, as pictures and sound only. */
export async function lookAtVideo(bytes: number, caller: Caller): Promise<VideoAnswer> {
  const format = sniffVideo(await caller.read(0, 64));
  if (format === undefined) return { outcome: 'refused', reason: 'wrong_type' };
  const blocks = readInBlocks(bytes, caller);
  try {
    if (!(await isWhole(blocks, format))) throw new Refusal('damaged');
    const { file, ...found } = await writeAnew(blocks);
    await caller.write(file);
    return { outcome: 'checked', ...found };
  } catch (error) {
    // Whatever a reader or a decoder stumbles over is damaged; whether it was the server is seen there.
    return { outcome: 'refused', reason: error instanceof Refusal ? error.reason : 'damaged' };
  }
}

async function writeAnew(blocks: Blocks) {
  const source = new CustomSource({
    getSize: () => blocks.bytes,
    read: blocks.read,
    maxCacheSize: 1024 * 1024,
  });
  // Nothing but these kinds of files, and so nothing that names another.
  const input = new Input({ source, formats: [MP4, QTFF, WEBM] });
  const { video, audio } = await findTracks(input);
  const rewriter = await openRewriter({ ...(await sizeOf(video)), hasSound: audio !== undefined });
  const pictures = await openTrack(video);
  const sound = audio === undefined ? undefined : await openTrack(audio);
  try {
    const seconds = await decodeAll(rewriter, { pictures, sound });
    const file = await rewriter.finish();
    const { width, height } = rewriter;
    return { file, width, height, seconds };
  } finally {
    rewriter.close();
    pictures.decoder.close();
    sound?.decoder.close();
    input.dispose();
  }
}

async function findTracks(
  input: Input,
): Promise<{ video: InputVideoTrack; audio: InputAudioTrack | undefined }> {
  const videos = await input.getVideoTracks();
  const [video] = videos;
  if (video === undefined || videos.length > 1) throw new Refusal('wrong_type');
  const audios = await input.getAudioTracks();
  const codecs = await Promise.all(audios.map((track) => track.getCodec()));
  const audio = audios.find((_, index) => isDecodable(codecs[index] ?? null));
  if (audios.length > 0 && audio === undefined) throw new Refusal('wrong_type');
  return { video, audio };
}

async function sizeOf(video: InputVideoTrack) {
  const width = await video.getDisplayWidth();
  const height = await video.getDisplayHeight();
  if (Math.min(width, height) < limits.videoShortSide) throw new Refusal('too_small');
  if (width * height > limits.videoPixels) throw new Refusal('too_many_pixels');
  if (Math.max(width, height) > 4 * Math.min(width, height)) throw new Refusal('too_small');
  return { width, height, rotation: await video.getRotation() };
}

interface OpenTrack {
  readonly packets: AsyncGenerator<EncodedPacket, void>;
  readonly decoder: PacketDecoder;
  /** In seconds. */
  readonly first: number;
}

async function openTrack(track: InputVideoTrack | InputAudioTrack): Promise<OpenTrack> {
  const codec = await track.getCodec();
  if (!isDecodable(codec)) throw new Refusal('wrong_type');
  const configuration = await track.getDecoderConfig();
  const decoder = openDecoder({
    codec,
    description: bytesOf(configuration?.description),
    ...(configuration !== null && 'sampleRate' in configuration
      ? { sampleRate: configuration.sampleRate, channels: configuration.numberOfChannels }
      : {}),
  });
  return { packets: new EncodedPacketSink(track).packets(), decoder, first: await track.getFirstTimestamp() };
}

function bytesOf(description: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(description))
    return new Uint8Array(description.buffer, description.byteOffset, description.byteLength);
  return description instanceof ArrayBuffer ? new Uint8Array(description) : undefined;
}

/** @returns how many seconds the pictures last */
async function decodeAll(
  rewriter: Rewriter,
  { pictures, sound }: { pictures: OpenTrack; sound: OpenTrack | undefined },
): Promise<number> {
  const { first } = pictures;
  const hear = sound === undefined ? undefined : listen(rewriter, sound, first);
  let seconds = 0;
  let seen = 0;
  const show = async (frames: readonly Frame[]): Promise<void> => {
    for (const frame of frames) {
      seen += 1;
      setTime(frame, first);
      await rewriter.addPicture(frame);
    }
  };
  for await (const packet of pictures.packets) {
    seconds = Math.max(seconds, packet.timestamp + packet.duration - first);
    if (seconds > limits.mostSeconds) throw new Refusal('too_long');
    await hear?.(packet.timestamp);
    await show(pictures.decoder.decode(packet));
  }
  await show(pictures.decoder.decode(null));
  await hear?.(first + seconds);
  if (seen === 0 || isFaulty(pictures) || (sound !== undefined && isFaulty(sound)))
    throw new Refusal('damaged');
  if (seconds < limits.leastSeconds) throw new Refusal('too_short');
  return seconds;
}

function isFaulty({ decoder: { counts } }: OpenTrack): boolean {
  return counts.faults > counts.packets * mostFaults;
}

/** @returns what writes the sound up to a moment, so that sound and pictures come into the file side by side */
function listen(rewriter: Rewriter, sound: OpenTrack, first: number): (until: number) => Promise<void> {
  let waiting: EncodedPacket | undefined;
  return async (until) => {
    for (;;) {
      waiting ??= (await sound.packets.next()).value ?? undefined;
      if (waiting === undefined || waiting.timestamp > until) return;
      for (const frame of sound.decoder.decode(waiting)) {
        setTime(frame, first);
        if (frame.pts < 0n) frame.free();
        else await rewriter.addSound(frame);
      }
      waiting = undefined;
    }
  };
}

/** From the first picture on. */
function setTime(frame: Frame, first: number): void {
  frame.pts = frame.bestEffortTimestamp - BigInt(Math.round(first * 1_000_000));
}
