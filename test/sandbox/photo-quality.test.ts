import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { greyOf, measuredSize, problemsOf } from '../../src/evidence/media/quality.js';
import { drawDocument } from '../../src/sandbox/documents/draw.ts';
import { faceOf } from '../../src/sandbox/documents/face.ts';

/** What is said of a photo, as a browser measures it: on the pixels of a canvas. */
async function said(picture: Sharp): Promise<string[]> {
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  const size = measuredSize(info);
  const rgba = await sharp(data).resize(size).ensureAlpha().raw().toBuffer();
  return problemsOf(greyOf(rgba, size), Math.max(info.width, info.height));
}

const draw = (kind: 'passport' | 'uk-driving-licence' | 'citizencard', flaws: readonly never[] = []) =>
  drawDocument({
    kind,
    side: 'front',
    person: { givenNames: 'Ada', familyName: 'Example', birthdate: '1985-03-12' },
    face: faceOf('ada'),
    expires: '2030-01-01',
    flaws,
  });

const kinds = ['passport', 'uk-driving-licence', 'citizencard'] as const;
const photos = new Map(await Promise.all(kinds.map(async (kind) => [kind, await draw(kind)] as const)));

describe('a photo of a document', () => {
  for (const kind of kinds) {
    const photo = (): Sharp => sharp(photos.get(kind));

    test(`(${kind}) in which all is well has nothing said of it, in whatever size, light or contrast it comes`, async () => {
      assert.deepEqual(await said(photo()), []);
      assert.deepEqual(await said(photo().resize(1100)), []);
      assert.deepEqual(await said(photo().resize(4000)), []);
      assert.deepEqual(await said(photo().blur(1).jpeg({ quality: 60 })), []);
      assert.deepEqual(await said(photo().linear(0.6, 0)), []);
      assert.deepEqual(await said(photo().rotate(90)), []);
    });

    test(`(${kind}) is blurred when its print can't be read, as the lens or the hand does it`, async () => {
      assert.deepEqual(await said(photo().blur(6)), ['blurred']);
      const shaken = {
        width: 31,
        height: 31,
        kernel: Array.from({ length: 961 }, (_, at) => (Math.floor(at / 31) === 15 ? 1 : 0)),
      };
      assert.deepEqual(await said(photo().convolve(shaken)), ['blurred']);
    });

    test(`(${kind}) has glare where light covers what is written, and none for a light spot on the table`, async () => {
      const spot = (x: number, y: number, radius: number): Sharp =>
        photo().composite([
          {
            input: Buffer.from(
              `<svg width="2000" height="1500"><circle cx="${x}" cy="${y}" r="${radius}" fill="white"/></svg>`,
            ),
          },
        ]);
      assert.deepEqual(await said(spot(1000, 700, 120)), ['glare']);
      assert.deepEqual(await said(spot(1000, 700, 40)), []);
    });

    test(`(${kind}) is too dark or too light when one can't be told from the other`, async () => {
      assert.deepEqual(await said(photo().linear(0.2, 0)), ['dark']);
      assert.deepEqual(await said(photo().linear(0.5, 160)), ['light']);
    });

    test(`(${kind}) is cropped when the edge of the picture goes through it, and small when it is far away`, async () => {
      assert.deepEqual(await said(photo().extract({ left: 400, top: 0, width: 1600, height: 1500 })), [
        'cropped',
      ]);
      assert.deepEqual(await said(photo().extract({ left: 0, top: 0, width: 1500, height: 1500 })), [
        'cropped',
      ]);
      const far = photo()
        .resize(500)
        .extend({ top: 500, bottom: 500, left: 600, right: 600, background: '#90704d' });
      assert.deepEqual(await said(far), ['small']);
    });
  }

  test('of which nothing can be seen is blurred', async () => {
    const grey = sharp({ create: { width: 1200, height: 900, channels: 3, background: '#888' } }).png();
    assert.deepEqual(await said(grey), ['blurred', 'light']);
  });
});
