import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readDefinitions, SettingsFault } from '#foundation/settings';
import { newOdsCode, newPatient } from '../../../test/support/gp-systems.ts';
import { spyOn } from '../../../test/support/supplier-spy.ts';
import { findIn } from '../xml.ts';
import { openVision } from './client.ts';
import plug from './plug.ts';
import { envelope, openEnvelope } from './wire.ts';

const access = {
  linkageUrl: 'https://v.example/linkage',
  serviceUrl: 'https://v.example/services',
  providerId: 'p',
};
const vision = openVision(access);
const odsCode = newOdsCode();
const patient = newPatient(odsCode);
const details = {
  odsCode,
  accountId: '012',
  linkageKey: 'a<b&',
  familyName: "O'Neill",
  birthdate: '1980-02-29',
};

const answer = (outcome: string, content = '') =>
  envelope('visionResponse', 'link', [
    `<vision:serviceHeader><vision:outcome>${outcome}</vision:outcome></vision:serviceHeader>`,
    `<vision:serviceContent>${content}</vision:serviceContent>`,
  ]);
const done = '<vision:successful>true</vision:successful>';
const refusal = (code: string) =>
  answer(
    `<vision:successful>false</vision:successful><vision:error><vision:code>${code}</vision:code></vision:error>`,
  );

suite('Vision', () => {
  test('tells a key in JSON, with names in small or capital letters', async () => {
    const small = { accountId: '012', linkageKey: 'xyz9', odsCode };
    const capital = { AccountId: '012', LinkageKey: 'xyz9', OdsCode: odsCode.toLowerCase() };
    for (const told of [small, capital]) {
      const { ask, asked } = spyOn([200, JSON.stringify(told)]);
      assert.deepEqual(await vision.fetchLinkage(ask, patient), {
        outcome: 'linkage',
        details: { odsCode, accountId: '012', linkageKey: 'xyz9' },
      });
      assert.equal(
        asked[0]?.url,
        `https://v.example/linkage/organisations/${odsCode}/onlineservices/linkage?nhsNumber=${patient.nhsNumber}`,
      );
    }
  });

  test('that tells the key of another practice is not understood', async () => {
    const told = JSON.stringify({ accountId: '012', linkageKey: 'xyz9', odsCode: 'A00000' });
    assert.deepEqual(await vision.fetchLinkage(spyOn([200, told]).ask, patient), { outcome: 'unreadable' });
  });

  for (const [listed, code] of [
    ['404V2210', 199],
    ['404VY806', 103],
    ['400V4205', 108],
    ['404V4205', 108],
    ['409V2214', 105],
  ] as const)
    test(`refuses a key with ${listed}, which is ${code}`, async () => {
      const answered = [
        Number(listed.slice(0, 3)),
        JSON.stringify({ error: { code: listed.slice(3) } }),
      ] as const;
      const refused = await vision.createLinkage(spyOn(answered).ask, patient);
      assert.equal(refused.outcome === 'refused' && refused.code, code);
    });

  for (const [listed, code] of [
    ['-2', 105],
    ['-15', 102],
    ['-19', 102],
    ['-30', 106],
    ['-31', 106],
    ['-33', 103],
    ['-34', 102],
    ['-100', 107],
    ['V4205', 108],
  ] as const)
    test(`refuses to connect with ${listed}, which is ${code}`, async () => {
      const refused = await vision.register(spyOn([200, refusal(listed)]).ask, details);
      assert.equal(refused.outcome === 'refused' && refused.code, code);
    });

  test('refuses with what is no code of its, which is told as such', async () => {
    for (const supplierCode of ['constructor', '__proto__', '31'])
      assert.deepEqual(await vision.register(spyOn([200, refusal(supplierCode)]).ask, details), {
        outcome: 'unmapped',
        supplierCode,
      });
  });

  test('is asked in SOAP to connect, once, and whose the account is', async () => {
    const token =
      '<vision:register><vision:authenticationRef><vision:apiToken>t&amp;k</vision:apiToken></vision:authenticationRef></vision:register>';
    const whose = `<vision:configuration><vision:account><vision:patientNumber><vision:number>${patient.nhsNumber}</vision:number></vision:patientNumber></vision:account></vision:configuration>`;
    const { ask, asked } = spyOn([200, answer(done, token)], [200, answer(done, whose)]);
    assert.deepEqual(await vision.register(ask, details), {
      outcome: 'connected',
      connectionToken: '{"rosuAccountId":"012","apiKey":"t&k"}',
      nhsNumbers: [patient.nhsNumber],
    });
    const [link, configuration] = asked.map(({ body = '' }) => openEnvelope(body, 'visionRequest'));
    const text = (from: typeof link, ...names: string[]) => findIn(from, ...names)?.text;
    assert.equal(text(link, 'serviceDefinition', 'name'), 'VOS.LinkAccount');
    assert.equal(text(link, 'serviceHeader', 'target', 'nationalCode'), odsCode);
    assert.equal(text(link, 'serviceContent', 'register', 'rosuAccountLinkageKey'), 'a<b&');
    assert.equal(text(link, 'serviceContent', 'register', 'dob'), '1980-02-29');
    assert.equal(text(configuration, 'serviceHeader', 'credentials', 'apiKey'), 't&k');
    assert.deepEqual(
      asked.map(({ isRepeatable }) => isRepeatable),
      [false, true],
    );
  });

  test('that answers a fault, or success without what it is about, is not understood', async () => {
    const fault =
      '<soap:Envelope xmlns:soap="x"><soap:Body><soap:Fault><faultcode>a</faultcode></soap:Fault></soap:Body></soap:Envelope>';
    for (const text of [fault, answer(done), answer('')])
      assert.deepEqual(await vision.register(spyOn([200, text]).ask, details), { outcome: 'unreadable' });
  });
});

test('production does not start with Vision, whose requests would have to be signed', () => {
  const environment = { BEVAN_VISION_LINKAGE_URL: 'https://v.example/linkage' };
  assert.throws(
    () => readDefinitions(plug.settings, 'production', environment),
    (error) => error instanceof SettingsFault && /production must not set it/u.test(error.problems.join()),
  );
});
