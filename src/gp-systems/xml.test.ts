import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { findIn, readXml, writeXml, xmlDocument } from './xml.ts';

suite('XML of GP systems', () => {
  test('is read as it was written, whatever characters are in it', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !/[^\P{C}\t\n\r]/u.test(one));
    fc.assert(
      fc.property(text, text, (attribute, content) => {
        const document = xmlDocument(writeXml('a', {}, [writeXml('b', { c: attribute }, content)]));
        const found = findIn(readXml(document), 'b');
        assert.equal(found?.attributes.get('c'), attribute);
        assert.equal(found.text, content);
      }),
      { numRuns: 500 },
    );
  });

  test('with a prefix has the name without it', () => {
    const document = '<v:a xmlns:v="urn:vision"><v:b v:c="1"><![CDATA[<&>]]></v:b></v:a>';
    const found = findIn(readXml(document), 'b');
    assert.equal(found?.text, '<&>');
    assert.equal(found.attributes.get('c'), '1');
  });

  test('that declares a type is not read, so that no entity of its own is', () => {
    const laughs = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>';
    const outside = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>';
    for (const document of [
      laughs,
      outside,
      '<!DOCTYPE a><a/>',
      '<!DOCTYPE a SYSTEM "http://x.example/a.dtd"><a/>',
    ])
      assert.equal(readXml(document), undefined);
  });

  test('that is not well-formed, or nested without end, is not read', () => {
    for (const document of [
      '',
      'Welcome',
      '<a>',
      '<a></b>',
      '<a b=1/>',
      '<a>&unknown;</a>',
      '<a/><b/>',
      '<a b="1" b="2"/>',
      '<a>\u0000</a>',
      '<html><br></html>',
      '<a>'.repeat(10_000) + '</a>'.repeat(10_000),
    ])
      assert.equal(readXml(document), undefined, document.slice(0, 40));
  });
});
