import fc from 'fast-check';

/** Whatever a form can send: half characters, other directions of writing, NUL, and far too much. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    '\uD800',
    '\uDFFF\uD800',
    '\u0000',
    '\u202Eadam',
    'שלום',
    'مرحبا',
    '\uFEFF',
    'İ',
    'ŉ',
    'ﬃ',
    'ǅ',
  ),
  fc
    .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 10_000 }))
    .map(([piece, times]) => piece.repeat(times)),
);
/** The same, beside what is nearly right. */
export const nearly = (...right: readonly string[]) =>
  fc.oneof(
    anyText,
    fc
      .tuple(fc.constantFrom(...right), anyText, fc.nat())
      .map(
        ([text, more, at]) =>
          `${text.slice(0, at % (text.length + 1))}${more}${text.slice(at % (text.length + 1))}`,
      ),
  );

/** What people put between the parts of a number or a code. */
export const between = fc.constantFrom('', ' ', '  ', '-', '\u00A0', '\t', '\u2011', '\u200B');
