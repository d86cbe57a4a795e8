import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { BufferSource, EncodedPacketSink, Input, WEBM } from 'mediabunny';
import { createLog } from '#foundation/log';
import { makeVideo, type VideoOrder } from '../../../test/support/videos.ts';
import type { Examination } from '../examine.ts';
import { openDecoder } from './decoder.ts';
import { openMedia } from './media.ts';

const media = openMedia(createLog({ level: 'silent' }));
after(() => media.close());

async function look(content: Buffer): Promise<{ found: Examination; video: Buffer }> {
  const parts: Uint8Array[] = [];
  const read = async (offset: number, length: number) => content.subarray(offset, offset + length);
  const found = await media.examine.video(
    { bytes: content.length, read },
    async (part) => void parts.push(part),
  );
  return { found, video: Buffer.concat(parts) };
}

async function kept(content: Buffer) {
  const { found, video } = await look(content);
  if (found.outcome !== 'checked') throw new Error(`refused: ${found.reason}`);
  assert.equal(found.mediaType, 'video/webm');
  return { ...found, video };
}

async function refusal(content: Buffer): Promise<string> {
  const { found } = await look(content);
  return found.outcome === 'refused' ? found.reason : found.outcome;
}

/** What a player finds in it. */
async function play(video: Buffer) {
  const input = new Input({ source: new BufferSource(video), formats: [WEBM] });
  const track = await input.getPrimaryVideoTrack();
  assert.ok(track !== null);
  const decoder = openDecoder({ codec: 'vp9', description: undefined });
  const frames: { at: number; above: number; below: number }[] = [];
  const keys: number[] = [];
  const take = (packet: Parameters<typeof decoder.decode>[0]): void => {
    for (const frame of decoder.decode(packet)) {
      const [, blue] = frame.data ?? [];
      const stride = frame.linesize[1] ?? 0;
      const row = (part: number) => blue?.[Math.floor((frame.height / 2) * part) * stride + 20] ?? 0;
      frames.push({ at: Number(frame.pts) / 1e6, above: row(0.1), below: row(0.9) });
      frame.free();
    }
  };
  for await (const packet of new EncodedPacketSink(track).packets()) {
    if (packet.type === 'key') keys.push(packet.timestamp);
    take(packet);
  }
  take(null);
  decoder.close();
  const audio = await input.getPrimaryAudioTrack();
  return {
    width: await track.getDisplayWidth(),
    height: await track.getDisplayHeight(),
    videoCodec: await track.getCodec(),
    audioCodec: (await audio?.getCodec()) ?? null,
    seconds: await input.computeDuration(),
    /** Without reading all of it: what a player shows of it at once. */
    announced: await input.getDurationFromMetadata(),
    frames,
    keys,
  };
}

const recordings: Readonly<Record<string, VideoOrder>> = {
  'a WebM as MediaRecorder writes it, without a length': {
    format: 'webm',
    codec: 'vp8',
    audio: 'opus',
    muxer: { live: 1 },
  },
  'a WebM with VP9': { format: 'webm', codec: 'vp9', audio: 'opus' },
  'an MP4 of a telephone': { format: 'mp4', codec: 'h264', audio: 'aac' },
  'an MP4 in fragments, as Safari records': {
    format: 'mp4',
    codec: 'h264',
    audio: 'aac',
    muxer: { movflags: 'frag_keyframe+empty_moov+default_base_moof' },
  },
  'a MOV with HEVC': { format: 'mov', codec: 'hevc', audio: 'aac' },
  'a silent MP4, in which somebody signs': { format: 'mp4', codec: 'h264' },
};

describe('a video', () => {
  for (const [name, order] of Object.entries(recordings))
    test(`that is ${name} is written anew as WebM with VP9, as long as it was`, async () => {
      const { video, width, height, seconds } = await kept(await makeVideo(order));
      const played = await play(video);
      assert.deepEqual([width, height, played.width, played.height], [640, 480, 640, 480]);
      assert.equal(played.videoCodec, 'vp9');
      assert.equal(played.audioCodec, order.audio === undefined ? null : 'opus');
      assert.ok(Math.abs((seconds ?? 0) - 4) < 0.1, String(seconds));
      assert.ok(Math.abs(played.seconds - 4) < 0.1, String(played.seconds));
      assert.equal(played.frames.length, 60);
      assert.ok(Math.abs((played.announced ?? 0) - 4) < 0.1, 'players show how long it is');
      assert.ok(played.keys.length >= 2, 'players can go to the middle');
      assert.ok(
        played.frames.every(({ above, below }) => Math.abs(above - 200) < 12 && Math.abs(below - 128) < 12),
      );
    });

  test('larger than 720p, or of more than 30 pictures a second, is kept smaller', async () => {
    const { video, width, height } = await kept(
      await makeVideo({
        format: 'mp4',
        codec: 'h264',
        width: 1920,
        height: 1080,
        framesPerSecond: 60,
        seconds: 3,
      }),
    );
    const { frames, seconds } = await play(video);
    assert.deepEqual([width, height], [1280, 720]);
    assert.ok(frames.length >= 88 && frames.length <= 91, String(frames.length));
    assert.ok(Math.abs(seconds - 3) < 0.1);
  });

  test('upright is kept upright, within the same bounds', async () => {
    const { width, height } = await kept(
      await makeVideo({ format: 'mp4', codec: 'h264', width: 1080, height: 1920, seconds: 3 }),
    );
    assert.deepEqual([width, height], [720, 1280]);
  });

  test('loses its title and what else was written beside the pictures', async () => {
    const title = 'Whereabouts of Ada';
    for (const format of ['mp4', 'mov', 'webm'] as const) {
      const taken = await makeVideo({ format, codec: format === 'webm' ? 'vp9' : 'h264', title });
      assert.ok(taken.includes(title));
      assert.ok(!(await kept(taken)).video.includes('Whereabouts'));
    }
  });

  test('shorter than 3 seconds, or longer than 30 and a moment, is refused, even if it says otherwise', async () => {
    const live = { live: 1 };
    assert.equal(await refusal(await makeVideo({ format: 'mp4', codec: 'h264', seconds: 2 })), 'too_short');
    assert.equal(
      await refusal(
        await makeVideo({ format: 'webm', codec: 'vp9', seconds: 35, framesPerSecond: 4, muxer: live }),
      ),
      'too_long',
    );
  });

  test('smaller than anybody can see a face in is refused', async () => {
    assert.equal(
      await refusal(await makeVideo({ format: 'mp4', codec: 'h264', width: 320, height: 160 })),
      'too_small',
    );
  });

  test('that is cut off is damaged, wherever that happened', async () => {
    for (const name of [
      'a WebM as MediaRecorder writes it, without a length',
      'an MP4 of a telephone',
      'an MP4 in fragments, as Safari records',
    ]) {
      const order = recordings[name];
      assert.ok(order !== undefined);
      const whole = await makeVideo(order);
      for (const part of [0.99, 0.5, 0.02])
        assert.equal(
          await refusal(whole.subarray(0, Math.floor(whole.length * part))),
          'damaged',
          `${name} ${part}`,
        );
    }
  });

  test('without pictures, or of a kind that no browser records, is refused', async () => {
    const mkv = await makeVideo({ format: 'matroska', codec: 'h264' });
    const others = [
      mkv,
      Buffer.from('#EXTM3U\n'.padEnd(200)),
      Buffer.from('ffconcat version 1.0\n'.padEnd(200)),
    ];
    for (const other of others) assert.equal(await refusal(other), 'wrong_type');
  });

  test('of more than 60 MB is refused before a byte of it is read', async () => {
    const sent = { bytes: 60 * 1024 * 1024 + 1, read: () => Promise.reject(new Error('was read')) };
    const found = await media.examine.video(sent, () => Promise.resolve());
    assert.deepEqual(found, { outcome: 'refused', reason: 'too_big' });
  });
});
