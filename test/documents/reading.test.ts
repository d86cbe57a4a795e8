import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { createLog } from '#foundation/log';
import { openDocumentReader, readDocument, type DocumentReader } from '#proofing';
import sharp from 'sharp';
import { claimed, draw, inWords, openPatientReader, readSide, today } from '../support/reading.ts';

suite('documents as telephones take them', () => {
  let reader: DocumentReader;
  before(() => {
    ({ reader } = openPatientReader());
  });
  after(() => reader.close());

  for (const [kind, side, source] of [
    ['passport', 'front', 'machine_zone'],
    ['uk-driving-licence', 'front', 'driver_number'],
    ['biometric-residence-permit', 'front', 'text'],
    ['biometric-residence-permit', 'back', 'machine_zone'],
    ['uk-residence-card', 'front', 'text'],
    ['application-registration-card', 'front', 'text'],
    ['citizencard', 'front', 'text'],
    ['european-driving-licence', 'front', 'text'],
    ['european-identity-card', 'front', 'text'],
    ['uk-entry-visa', 'front', 'machine_zone'],
  ] as const)
    test(`the ${side} of a ${kind} is read by its ${source}`, async () => {
      assert.equal(await readSide(reader, await draw({ kind, side }), { kind }), `${source} 2031-05-31`);
    });

  test('both sides are read together, the one with the zone first', async () => {
    const kind = 'european-identity-card';
    const [front, back] = [await draw({ kind }), await draw({ kind, side: 'back' })];
    const reading = await readDocument(reader, { kind, front, back, claimed, today });
    assert.equal(inWords(reading), 'machine_zone 2031-05-31');
  });
});

suite('a reader of documents', () => {
  test('that is asked too much at once lets some go unread, instead of keeping people waiting', async () => {
    const reader = openDocumentReader({ log: createLog({ level: 'silent' }) });
    const blank = await sharp({ create: { width: 900, height: 900, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const readings = await Promise.all(
      Array.from({ length: 12 }, () =>
        readDocument(reader, { kind: 'passport', front: blank, claimed, today }),
      ),
    );
    assert.ok(readings.some((reading) => inWords(reading) === 'unread: busy'));
    await reader.close();
  });

  test('that is not there, or closed, leaves everything unread', async () => {
    const asked = { kind: 'passport', front: Buffer.of(1), claimed, today } as const;
    assert.equal(inWords(await readDocument(undefined, asked)), 'unread: failed');
    const reader = openDocumentReader({ log: createLog({ level: 'silent' }) });
    await reader.close();
    assert.equal(inWords(await readDocument(reader, asked)), 'unread: failed');
  });
});
