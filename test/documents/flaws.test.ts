import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { DocumentReader } from '#proofing';
import sharp from 'sharp';
import { claimed, draw, openPatientReader, readSide } from '../support/reading.ts';

suite('a document with something wrong', () => {
  let reader: DocumentReader;
  let lines: readonly string[];
  before(() => {
    ({ reader, lines } = openPatientReader());
  });
  after(() => reader.close());

  for (const [flaw, expected] of [
    ['blurred', 'unread: nothing_found'],
    ['dark', 'unread: nothing_found'],
    ['glare', 'machine_zone 2031-05-31'],
    ['light', 'machine_zone 2031-05-31'],
    ['covered', 'machine_zone 2031-05-31'],
    ['cropped', 'text 2031-05-31'],
    ['forged', 'machine_zone 2031-05-31 number_wrong'],
  ] as const)
    test(`a passport that is ${flaw}: ${expected}`, async () => {
      assert.equal(await readSide(reader, await draw({ flaws: [flaw] })), expected);
    });

  test('one that lies on its head or on its side is read all the same', async () => {
    for (const degrees of [180, 90]) {
      const turned = await sharp(await draw())
        .rotate(degrees)
        .jpeg()
        .toBuffer();
      assert.equal(await readSide(reader, turned), 'machine_zone 2031-05-31', `${degrees}°`);
    }
  });

  test('one that has expired too long ago, a forged licence, and one of somebody else are told', async () => {
    const old = await draw({ expires: '2025-11-26' });
    assert.equal(await readSide(reader, old), 'machine_zone 2025-11-26 expired_too_long');
    const kind = 'uk-driving-licence';
    const forged = await draw({ kind, flaws: ['forged'] });
    assert.equal(await readSide(reader, forged, { kind }), 'driver_number 2031-05-31 number_wrong');
    const good = await draw();
    for (const changes of [{ birthdate: '1991-04-12' }, { familyName: 'Robertson' }])
      assert.equal(
        await readSide(reader, good, { theirs: { ...claimed, ...changes } }),
        'machine_zone 2031-05-31 details_differ',
      );
  });

  test('what is no picture is unread, the next one is read, and nothing of either is in the log', async () => {
    assert.equal(await readSide(reader, Buffer.from('Weiß is not a picture')), 'unread: failed');
    assert.equal(await readSide(reader, Buffer.alloc(0)), 'unread: failed');
    assert.equal(await readSide(reader, await draw()), 'machine_zone 2031-05-31');
    assert.ok(lines.length > 0);
    assert.doesNotMatch(lines.join('\n'), /wei(?:ß|ss)|siân|1990/iu);
  });
});
