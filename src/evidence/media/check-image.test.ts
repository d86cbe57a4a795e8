import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { createLog } from '#foundation/log';
import { makeHeic, type HeicOrder } from '../../../test/support/heic.ts';
import type { Examination } from '../examine.ts';
import { openMedia } from './media.ts';

const media = openMedia(createLog({ level: 'silent' }));
after(() => media.close());

async function look(content: Buffer): Promise<{ found: Examination; jpeg: Buffer }> {
  const parts: Uint8Array[] = [];
  const sent = {
    bytes: content.length,
    read: async (offset: number, length: number) => content.subarray(offset, offset + length),
  };
  const found = await media.examine.image(sent, async (part) => void parts.push(part));
  return { found, jpeg: Buffer.concat(parts) };
}

async function kept(content: Buffer) {
  const { found, jpeg } = await look(content);
  assert.equal(found.outcome, 'checked', JSON.stringify(found));
  assert.equal(found.outcome === 'checked' ? found.mediaType : '', 'image/jpeg');
  return { found, jpeg, metadata: await sharp(jpeg).metadata() };
}

async function refusal(content: Buffer): Promise<string> {
  const { found } = await look(content);
  return found.outcome === 'refused' ? found.reason : found.outcome;
}

/** Red to the left, blue to the right, and a green bar above: it can be told how it is turned. */
function picture(width: number, height: number): Sharp {
  const bar = (colour: string, part: { width: number; height: number; left: number; top: number }) => ({
    input: { create: { ...part, channels: 3 as const, background: colour } },
    left: part.left,
    top: part.top,
  });
  const half = Math.floor(width / 2);
  return sharp({ create: { width, height, channels: 3, background: '#c00' } }).composite([
    bar('#00c', { width: width - half, height, left: half, top: 0 }),
    bar('#0c0', { width, height: Math.floor(height / 4), left: 0, top: 0 }),
  ]);
}

async function colourAt(jpeg: Buffer, at: { x: number; y: number }): Promise<string> {
  const { width, height } = await sharp(jpeg).metadata();
  const left = Math.floor(at.x * width);
  const top = Math.floor(at.y * height);
  const [r = 0, g = 0, b = 0] = await sharp(jpeg)
    .extract({ left, top, width: 1, height: 1 })
    .raw()
    .toBuffer();
  return r > 128 ? 'red' : g > 128 ? 'green' : b > 128 ? 'blue' : 'none';
}

describe('a picture', () => {
  for (const format of ['jpeg', 'png', 'webp'] as const)
    test(`that is a ${format} is written anew as a JPEG of the same size`, async () => {
      const { found, metadata } = await kept(await picture(1200, 900).toFormat(format).toBuffer());
      assert.deepEqual([metadata.format, metadata.width, metadata.height], ['jpeg', 1200, 900]);
      assert.deepEqual(found.outcome === 'checked' && [found.width, found.height], [1200, 900]);
    });

  test('larger than anybody needs to read it is made smaller, and keeps its shape', async () => {
    const { metadata } = await kept(await picture(4800, 3600).jpeg().toBuffer());
    assert.deepEqual([metadata.width, metadata.height], [3000, 2250]);
  });

  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8])
    test(`that was taken turned (${orientation}) is kept upright, and says no more that it is turned`, async () => {
      const turned = await picture(1200, 900).withMetadata({ orientation }).jpeg().toBuffer();
      const { jpeg, metadata } = await kept(turned);
      const upright = await sharp(turned).autoOrient().jpeg().toBuffer();
      const corners = [0.1, 0.9].flatMap((x) => [0.1, 0.9].map((y) => ({ x, y })));
      for (const corner of corners)
        assert.equal(await colourAt(jpeg, corner), await colourAt(upright, corner));
      assert.equal(metadata.orientation, undefined);
    });

  test('loses where, when and with what it was taken, its comments and its colour profile', async () => {
    const taken = await picture(1200, 900)
      .withExif({
        IFD0: { Make: 'Example', ImageDescription: '<script>alert(1)</script>' },
        IFD3: { GPSLatitude: '51/1 30/1 0/1' },
      })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>whereabouts</a></x:xmpmeta>')
      .withIccProfile('p3')
      .jpeg()
      .toBuffer();
    assert.match(taken.toString('latin1'), /script.*whereabouts/su);
    const { jpeg, metadata } = await kept(taken);
    assert.doesNotMatch(jpeg.toString('latin1'), /script|whereabouts|Example|Exif|ICC_PROFILE/u);
    assert.deepEqual(
      [metadata.exif, metadata.xmp, metadata.icc, metadata.iptc],
      [undefined, undefined, undefined, undefined],
    );
  });

  test('in other colours, with transparent parts, in grey or in 16 bits becomes one in plain colours', async () => {
    const odd = [
      picture(1000, 900).toColourspace('cmyk').jpeg(),
      picture(1000, 900).greyscale().jpeg(),
      picture(1000, 900).toColourspace('rgb16').png(),
      sharp({ create: { width: 1000, height: 900, channels: 4, background: '#0000' } }).png(),
      picture(1000, 900).png({ palette: true, colours: 16 }),
      picture(1000, 900).webp({ lossless: true }),
    ];
    for (const one of odd) {
      const { metadata } = await kept(await one.toBuffer());
      assert.deepEqual([metadata.space, metadata.channels, metadata.depth], ['srgb', 3, 'uchar']);
    }
  });

  test('is refused by what it is, not by what it is called', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="1000"/>');
    const others = [
      svg,
      Buffer.from('%PDF-1.7\n'.padEnd(2000, ' ')),
      await picture(1000, 900).gif().toBuffer(),
      await picture(1000, 900).tiff().toBuffer(),
      await picture(1000, 900).avif({ effort: 0 }).toBuffer(),
      Buffer.alloc(0),
      Buffer.from([0xff, 0xd8, 0xff]),
    ];
    for (const other of others) assert.equal(await refusal(other), 'wrong_type');
  });

  test('of fewer than 800 pixels on its short side, as kept, is refused', async () => {
    assert.equal(await refusal(await picture(1200, 799).jpeg().toBuffer()), 'too_small');
    assert.equal((await look(await picture(1200, 800).jpeg().toBuffer())).found.outcome, 'checked');
    assert.equal(await refusal(await picture(8000, 900).jpeg().toBuffer()), 'too_small');
  });

  for (const format of ['jpeg', 'png', 'webp'] as const)
    test(`that is a ${format} without its end is damaged`, async () => {
      const whole = await picture(1200, 900).toFormat(format).toBuffer();
      for (const part of [0.98, 0.5, 0.05])
        assert.equal(
          await refusal(whole.subarray(0, Math.floor(whole.length * part))),
          'damaged',
          String(part),
        );
    });

  const kinds: readonly HeicOrder[] = [
    { width: 1200, height: 900 },
    { width: 512, height: 512, columns: 4, rows: 3, says: { width: 2000, height: 1500 } },
    { width: 512, height: 512, columns: 4, rows: 3, says: { width: 2000, height: 1500 }, quarters: 1 },
    { width: 512, height: 512, columns: 4, rows: 3, says: { width: 2000, height: 1500 }, quarters: 2 },
    { width: 512, height: 512, columns: 12, rows: 9, says: { width: 6000, height: 4500 } },
  ];
  for (const order of kinds)
    test(`that is a HEIC of ${order.columns ?? 1} by ${order.rows ?? 1} tiles, turned ${order.quarters ?? 0} times, is written anew as a JPEG`, async () => {
      const { width, height } = order.says ?? order;
      const { jpeg, metadata } = await kept(await makeHeic(order));
      const scale = Math.min(1, 3000 / width);
      const size = [width * scale, height * scale];
      assert.deepEqual([metadata.width, metadata.height], order.quarters === 1 ? size.toReversed() : size);
      // Each tile is blue above: what was above is now to the left, or below.
      const blue = [
        { x: 0.5, y: 0.01 },
        { x: 0.01, y: 0.5 },
        { x: 0.5, y: 0.99 },
      ][order.quarters ?? 0];
      assert.equal(await colourAt(jpeg, blue ?? { x: 0, y: 0 }), 'blue');
      const red = [
        { x: 0.5, y: 0.99 },
        { x: 0.99, y: 0.5 },
        { x: 0.5, y: 0.01 },
      ][order.quarters ?? 0];
      assert.equal(await colourAt(jpeg, red ?? { x: 0, y: 0 }), 'red');
    });

  test('that is a HEIC cut off, or whose tiles are not what it says, is damaged', async () => {
    const whole = await makeHeic({ width: 1200, height: 900 });
    for (const part of [0.9, 0.5, 0.1]) {
      const found = await look(whole.subarray(0, Math.floor(whole.length * part)));
      assert.deepEqual(found.found, { outcome: 'refused', reason: 'damaged' });
    }
    const lies = await makeHeic({ width: 512, height: 512, says: { width: 20_000, height: 20_000 } });
    assert.equal(await refusal(lies), 'too_many_pixels');
  });

  test('of more than 10 MB is refused before a byte of it is read', async () => {
    const sent = { bytes: 10 * 1024 * 1024 + 1, read: () => Promise.reject(new Error('was read')) };
    const found = await media.examine.image(sent, () => Promise.resolve());
    assert.deepEqual(found, { outcome: 'refused', reason: 'too_big' });
  });

  test('of which more bytes were announced than came is damaged', async () => {
    const content = await picture(1200, 900).jpeg().toBuffer();
    const read = async (offset: number, length: number) => content.subarray(offset, offset + length);
    const found = await media.examine.image({ bytes: content.length + 10, read }, async () => {});
    assert.deepEqual(found, { outcome: 'refused', reason: 'damaged' });
  });
});
