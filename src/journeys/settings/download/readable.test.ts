import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PersonalRecord } from '#foundation/personal-data';
import aboveInEnglish from '../content.en.json' with { type: 'json' };
import aboveInWelsh from '../content.cy.json' with { type: 'json' };
import { codedFields, codedPlaces, combined, type Coded } from './codes.ts';
import english from './document/content.en.json' with { type: 'json' };
import welsh from './document/content.cy.json' with { type: 'json' };
import { readable } from './readable.ts';

const contents: Readonly<Record<string, unknown>>[] = [
  { ...aboveInEnglish, ...english },
  { ...aboveInWelsh, ...welsh },
];
const everyCoded: readonly Coded[] = [codedFields, codedPlaces, combined].flatMap((fields) =>
  Object.values(fields).flat(),
);

function lookUp(content: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((words, part) => {
    const found = words instanceof Object ? Object.entries(words).find(([name]) => name === part) : undefined;
    return found?.[1];
  }, content);
}

/** @returns the lines of one record, each with what is shown in it */
function linesOf(section: string, record: PersonalRecord) {
  const methodTitle = (method: string) => (method === 'by-post' ? 'By post' : undefined);
  const [read] = readable({ [section]: [record] }, { language: 'en', methodTitle });
  return read?.records.flat() ?? [];
}

const valuesOf = (section: string, record: PersonalRecord) =>
  linesOf(section, record).map(({ values }) => values);

describe('the page of what is held about somebody', () => {
  test('has words for every code that there may be in it, in both languages, and none for codes that there are not', () => {
    for (const content of contents) {
      const wanted = everyCoded.flatMap(({ words, codes }) =>
        codes.map((code) => `${words}.${code.replaceAll('.', '-')}`),
      );
      assert.ok(wanted.length > 250);
      assert.deepEqual(
        wanted.filter((key) => typeof lookUp(content, key) !== 'string'),
        [],
      );
      const known = new Set(wanted);
      const written = Object.entries(lookUp(content, 'values') ?? {}).flatMap(([topic, words]) =>
        Object.keys(words instanceof Object ? words : {}).map((code) => `values.${topic}.${code}`),
      );
      assert.deepEqual(
        [
          ...written,
          ...Object.keys(lookUp(content, 'places') ?? {}).map((place) => `places.${place}`),
        ].filter((key) => !known.has(key)),
        [],
      );
    }
  });

  test('says a code in words, and a standard one with the code that integrators know', () => {
    assert.deepEqual(valuesOf('login', { nation: 'northern-ireland', language: 'cy' }), [
      [{ words: ['values.nations.northern-ireland'] }],
      [{ words: ['values.languages.cy'] }],
    ]);
    assert.deepEqual(valuesOf('identity', { level: 'P9' }), [[{ words: ['values.levels.P9'], code: 'P9' }]]);
    assert.deepEqual(valuesOf('tokens', { vot: 'P9.Cp.Cd' }), [
      [{ words: ['values.levels.P9', 'values.factors.Cp', 'values.factors.Cd'], code: 'P9.Cp.Cd' }],
    ]);
    assert.deepEqual(valuesOf('activity', { type: 'sign-in.succeeded' }), [
      [{ words: ['types.sign-in-succeeded'] }],
    ]);
    assert.deepEqual(valuesOf('identityDecisions', { method: 'by-post' }), [[{ text: 'By post' }]]);
  });

  test('says one word by what it stands for where it is', () => {
    const wordsIn = (section: string, record: PersonalRecord) => valuesOf(section, record)[0]?.[0];
    assert.deepEqual(wordsIn('replacements', { kind: 'mobile' }), { words: ['values.numbers.mobile'] });
    assert.deepEqual(wordsIn('files', { kind: 'video' }), { words: ['values.kinds.video'] });
    assert.deepEqual(wordsIn('uploads', { state: 'refused' }), { words: ['values.uploadStates.refused'] });
    assert.deepEqual(wordsIn('attempts', { state: 'open' }), { words: ['values.attemptStates.open'] });
    assert.deepEqual(wordsIn('cases', { state: 'void' }), { words: ['values.caseStates.void'] });
  });

  test('names the places within what somebody put together, and reads days and times there', () => {
    const content = {
      captured: {
        documentKind: 'passport',
        front: { problems: ['blurred', 'dark'] },
        leaveAt: '2026-07-01T12:00:00.000Z',
        scan: { acts: [{ act: 'turn-left' }] },
      },
      reading: { outcome: 'read', expires: '2031-02-03' },
    };
    const place = (name: string) => ({ words: [`places.${name}`] });
    assert.deepEqual(linesOf('attempts', { content }), [
      {
        places: [place('documentKind')],
        values: [{ words: ['values.documents.passport'] }],
      },
      {
        places: [place('front'), place('problems')],
        values: [{ words: ['values.problems.blurred'] }, { words: ['values.problems.dark'] }],
      },
      { places: [place('leaveAt')], values: [{ text: '1 July 2026 at 1pm' }] },
      {
        places: [place('scan'), place('acts'), { text: '1' }, place('act')],
        values: [{ words: ['values.acts.turn-left'] }],
      },
      {
        places: [place('reading'), place('outcome')],
        values: [{ words: ['values.readings.read'] }],
      },
      {
        places: [place('reading'), place('expires')],
        values: [{ text: '3 February 2031' }],
      },
    ]);
    const [level] = linesOf('agreements', { scopeLevels: { profile: 'P5' } });
    assert.deepEqual(level?.places, [{ words: ['values.scopes.profile'], code: 'profile' }]);
    assert.deepEqual(level.values, [{ words: ['values.levels.P5'], code: 'P5' }]);
  });

  test('calls our own pages by a name, and every service by its ID beside that', () => {
    assert.deepEqual(linesOf('activity', { service: 'account-settings' }), [
      { field: 'serviceName', places: [], values: [{ words: ['values.services.account-settings'] }] },
    ]);
    assert.deepEqual(linesOf('tokens', { serviceName: 'Riverside', service: 'riverside' }), [
      { field: 'serviceName', places: [], values: [{ text: 'Riverside' }] },
      { field: 'service', places: [], values: [{ text: 'riverside' }] },
    ]);
  });

  test('shows what somebody or a service wrote as it was written, also where it looks like a code or a date', () => {
    for (const text of ['england', 'P9', '2026-01-01', '<b>', 'constructor', '__proto__'])
      assert.deepEqual(valuesOf('serviceNotes', { note: text }), [[{ text }]]);
  });

  test('shows a code that nobody has words for as it is, and a day that is none', () => {
    assert.deepEqual(valuesOf('identity', { level: 'P7', birthdate: '1980-02-31', nation: 'constructor' }), [
      [{ text: 'P7' }],
      [{ text: '1980-02-31' }],
      [{ text: 'constructor' }],
    ]);
    assert.deepEqual(valuesOf('tokens', { vot: 'P9.Cx', scopes: ['offline_access', 'openid'] }), [
      [{ text: 'P9.Cx' }],
      [{ text: 'offline_access' }, { words: ['values.scopes.openid'], code: 'openid' }],
    ]);
  });

  test('shows what has no name of ours by the name that it has', () => {
    assert.deepEqual(linesOf('attempts', { content: { constructor: { toString: 'open' } } }), [
      {
        places: [{ text: 'constructor' }, { text: 'toString' }],
        values: [{ text: 'open' }],
      },
    ]);
  });

  test('shows long numbers in threes, and a year as it is', () => {
    const lengths = { bytes: 262_446, width: 1200, year: 2026 };
    assert.deepEqual(valuesOf('files', lengths), [
      [{ text: '262,446' }],
      [{ text: '1200' }],
      [{ text: '2026' }],
    ]);
  });

  test('shows short numbers in one line, yes and no in words, and leaves out what is empty', () => {
    assert.deepEqual(
      valuesOf('videoNumbers', {
        digits: [4, 3, 2, 1],
        isKept: true,
        way: null,
        problems: [],
        left: undefined,
      }),
      [[{ text: '4, 3, 2, 1' }], [{ words: ['yes'] }]],
    );
  });
});
