import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { movableClock } from '#foundation/clock';
import { newOdsCode, newPatient } from '../../../test/support/gp-systems.ts';
import type { Ask } from '../ask.ts';
import { readXml } from '../xml.ts';
import { openTpp } from './client.ts';
import { decodeHtml } from './html.ts';

const access = { url: 'https://tpp.example/', apiVersion: '1', applicationName: 'Bevan', providerId: 'p' };
const tpp = openTpp({ access, clock: movableClock() });
const odsCode = newOdsCode();
const patient = newPatient(odsCode);
const details = {
  odsCode,
  accountId: '012',
  linkageKey: 'a<b',
  familyName: "O'Neill",
  birthdate: '1980-02-29',
};

/** Answers each request with the uuid that it had in the place of `UUID`. */
function answering(...replies: readonly string[]) {
  const asked: { body: string; headers: Readonly<Record<string, string>>; isRepeatable: boolean }[] = [];
  const ask: Ask = ({ body = '', headers = {}, isRepeatable }) => {
    asked.push({ body, headers, isRepeatable });
    const uuid = readXml(body)?.attributes.get('uuid') ?? '';
    const text = (replies[asked.length - 1] ?? '').replace('UUID', uuid.toUpperCase());
    return Promise.resolve({ outcome: 'answered', status: 200, text });
  };
  return { ask, asked };
}
const refusing = (code: string) => answering(`<Error errorCode="${code}" uuid="UUID"/>`);

suite('TPP', () => {
  test('is asked for an account in XML, and its passphrase is decoded', async () => {
    const { ask, asked } = answering(
      '<LinkAccountReply uuid="UUID" accountId="0987" passphrase="x" passphraseToLink="a&amp;amp;&amp;lt;&amp;#163;&amp;quot;\\*"/>',
    );
    assert.deepEqual(await tpp.createLinkage(ask, { ...patient, familyName: 'Ŵyn & <Co>' }), {
      outcome: 'linkage',
      details: { odsCode, accountId: '0987', linkageKey: 'a&<£"\\*' },
    });
    const root = readXml(asked[0]?.body ?? '');
    assert.equal(root?.name, 'LinkAccount');
    assert.equal(root.attributes.get('lastName'), 'Ŵyn & <Co>');
    assert.equal(root.attributes.get('dateOfBirth'), `${patient.birthdate}T00:00:00`);
    assert.equal(root.attributes.get('nhsNumber'), patient.nhsNumber);
    assert.equal(root.attributes.get('organisationCode'), odsCode);
    assert.equal(root.children[0]?.attributes.get('providerId'), 'p');
    assert.equal(asked[0]?.headers['type'], 'LinkAccount');
    assert.equal(asked[0]?.isRepeatable, false);
  });

  test('has no key that could be asked for, and is not asked', async () => {
    const { ask, asked } = answering();
    const refused = await tpp.fetchLinkage(ask, patient);
    assert.equal(refused.outcome === 'refused' && refused.code, 199);
    assert.equal(asked.length, 0);
  });

  test('is shown the passphrase as the patient has typed it, once, and then asked whose the account is', async () => {
    const { ask, asked } = answering(
      '<LinkAccountReply uuid="UUID" passphrase="secret" providerId="q"/>',
      `<AuthenticateReply uuid="UUID"><User><Person><NationalId type="NHS">${patient.nhsNumber}</NationalId></Person></User></AuthenticateReply>`,
    );
    assert.deepEqual(await tpp.register(ask, details), {
      outcome: 'connected',
      connectionToken: '{"accountId":"012","passphrase":"secret","providerId":"q"}',
      nhsNumbers: [patient.nhsNumber],
    });
    const [link, whose] = asked.map(({ body }) => readXml(body));
    assert.equal(link?.attributes.get('passphrase'), 'a<b');
    assert.equal(link.attributes.get('accountId'), '012');
    assert.equal(whose?.attributes.get('passphrase'), 'secret');
    assert.equal(whose.attributes.get('unitId'), odsCode);
    assert.deepEqual(
      asked.map(({ isRepeatable }) => isRepeatable),
      [false, true],
    );
  });

  test('that answers with another’s answer is not understood', async () => {
    const { ask } = answering(
      '<LinkAccountReply uuid="00000000-0000-0000-0000-000000000000" accountId="1" passphraseToLink="k"/>',
    );
    assert.deepEqual(await tpp.createLinkage(ask, patient), { outcome: 'unreadable' });
  });

  test('refuses with 8 whoever is young, because they are young', async () => {
    const code = async (birthdate: string) => {
      const refused = await tpp.createLinkage(refusing('8').ask, { ...patient, birthdate });
      return refused.outcome === 'refused' && refused.code;
    };
    const year = new Date().getUTCFullYear();
    assert.equal(await code(`${year - 10}-01-01`), 104);
    assert.equal(await code(`${year - 15}-12-31`), 104);
    assert.equal(await code(`${year - 17}-01-01`), 106);
  });

  // The published list has the status, 200, before the code.
  for (const [listed, code] of [
    ['2005', 109],
    ['2006', 106],
    ['2008', 106],
    ['20019', 103],
    ['200509', 102],
    ['200512', 103],
    ['200513', 103],
    ['200553', 104],
    ['200554', 103],
    ['200555', 103],
    ['200556', 107],
  ] as const)
    test(`refuses with ${listed}, which is ${code}`, async () => {
      const refused = await tpp.register(refusing(listed.slice(3)).ask, details);
      assert.equal(refused.outcome === 'refused' && refused.code, code);
    });

  test('refuses with what is no code of its, which is told as such', async () => {
    for (const supplierCode of ['constructor', '__proto__', 'toString', '', '08'])
      assert.deepEqual(await tpp.register(refusing(supplierCode).ask, details), {
        outcome: 'unmapped',
        supplierCode,
      });
  });

  test('takes no token for a connection that was never one', async () => {
    const { ask, asked } = answering();
    for (const connectionToken of ['', 'x', '{}', '{"accountId":"1"}', '[]']) {
      const refused = await tpp.verifyConnection(ask, { odsCode, connectionToken });
      assert.equal(refused.outcome === 'refused' && refused.code, 106);
    }
    assert.equal(asked.length, 0);
  });

  test('has its references of HTML decoded once, and what is none left alone', () => {
    for (const [encoded, decoded] of [
      ['a&amp;lt;b', 'a&lt;b'],
      ['&lt;&gt;&quot;&#39;&apos;&#x41;&#128512;', "<>\"''A😀"],
      ['&', '&'],
      ['&constructor;&toString;', '&constructor;&toString;'],
      ['&ampx;&unknown;&#0;&#xD800;&#9999999;&#;', '&ampx;&unknown;&#0;&#xD800;&#9999999;&#;'],
      ['AT&T&amp', 'AT&T&amp'],
    ] as const)
      assert.equal(decodeHtml(encoded), decoded);
  });
});
