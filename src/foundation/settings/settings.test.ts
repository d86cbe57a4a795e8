import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { houseSettings, readSettings, SettingsFault, type Environment } from '#foundation/settings';

const safe: Environment = {
  BEVAN_MODE: 'production',
  BEVAN_ISSUER: 'https://login.example',
  BEVAN_TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::1',
  DATABASE_URL: 'postgres://bevan:secret-of-the-database@db/bevan',
  BEVAN_MASTER_KEY: randomBytes(32).toString('base64'),
  BEVAN_SUPPORT_CONTACT: 'help@login.example',
  BEVAN_EMAIL_SENDER: 'post',
  BEVAN_SMS_SENDER: 'post',
};

function rsaKey(modulusLength: number): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const register: Environment = {
  BEVAN_PDS_URL: 'https://register.example/FHIR/R4/',
  BEVAN_PDS_TOKEN_URL: 'https://register.example/oauth2/token',
  BEVAN_PDS_API_KEY: 'an-api-key',
  BEVAN_PDS_KEY_ID: 'live-1',
  BEVAN_PDS_PRIVATE_KEY: rsaKey(2048),
};

function problemsOf(environment: Environment): readonly string[] {
  try {
    readSettings(environment);
  } catch (error) {
    assert.ok(error instanceof SettingsFault);
    return error.problems;
  }
  return [];
}

/** @returns the variables that the problems begin with */
function namedIn(problems: readonly string[]): string[] {
  return [...new Set(problems.map((problem) => /^\w+/u.exec(problem)?.[0] ?? ''))].toSorted();
}

describe('settings', () => {
  test('of a sandbox need nothing at all', () => {
    const settings = readSettings({ BEVAN_MODE: 'sandbox' });
    assert.equal(settings.mode, 'sandbox');
    assert.equal(settings.issuer, 'http://localhost:3000');
    assert.equal(readSettings({ BEVAN_MODE: 'sandbox', PORT: '4000' }).issuer, 'http://localhost:4000');
  });

  test('are those of production unless told otherwise', () => {
    assert.equal(readSettings({ ...safe, BEVAN_MODE: undefined }).mode, 'production');
    assert.deepEqual(namedIn(problemsOf({ ...safe, BEVAN_MODE: 'prodcution' })), ['BEVAN_MODE']);
  });

  test('of production that are complete and safe are read as they stand', () => {
    const settings = readSettings(safe);
    assert.equal(settings.issuer, 'https://login.example');
    assert.deepEqual(settings.trustedProxies, ['10.0.0.0/8', '2001:db8::1']);
    assert.equal(settings.masterKey?.length, 32);
  });

  test('of production that are missing, empty, wrong or unsafe are all named in one list', () => {
    const required = Object.values(houseSettings)
      .filter((definition) => 'requiredInProduction' in definition)
      .map(({ variable }) => variable)
      .toSorted();
    assert.ok(required.length >= 7);
    assert.deepEqual(namedIn(problemsOf({})), required);
    assert.deepEqual(
      namedIn(problemsOf(Object.fromEntries(required.map((variable) => [variable, ''])))),
      required,
    );
    const wrong = {
      ...safe,
      BEVAN_ISSUER: 'http://login.example',
      BEVAN_TRUSTED_PROXIES: 'everybody',
      DATABASE_URL: 'mysql://db/bevan',
      BEVAN_MASTER_KEY: 'c2hvcnQ=',
      PORT: '70000',
      BEVAN_SANDBOX_OPEN_TO_NETWORK: 'true',
      BEVAN_SUPPORT_CONTACT: undefined,
    };
    assert.deepEqual(
      namedIn(problemsOf(wrong)),
      Object.keys(wrong)
        .filter((name) => wrong[name as keyof typeof wrong] !== safe[name])
        .toSorted(),
    );
  });

  const unsafe: [string, string][] = [
    ['BEVAN_ISSUER', 'http://login.example'],
    ['BEVAN_ISSUER', 'https://login.example/'],
    ['BEVAN_ISSUER', 'login.example'],
    ['BEVAN_TRUSTED_PROXIES', '0.0.0.0/0'],
    ['BEVAN_TRUSTED_PROXIES', '::/0'],
    ['BEVAN_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['BEVAN_TRUSTED_PROXIES', '10.0.0.0/8/8'],
    ['BEVAN_TRUSTED_PROXIES', '10.0.0.1,,proxy.example'],
    ['BEVAN_MASTER_KEY', 'correct horse battery staple correct horse battery'],
    ['BEVAN_MASTER_KEY', 'A'.repeat(44)],
    ['BEVAN_MASTER_KEY', Buffer.from('0123456701234567012345670123456701234567').toString('base64')],
    ['BEVAN_MASTER_KEY', randomBytes(31).toString('base64')],
    ['BEVAN_SANDBOX_OPEN_TO_NETWORK', 'false'],
    ['BEVAN_METRICS_TOKEN', 'short'],
    ['BEVAN_LOG_LEVEL', 'everything'],
    ['BEVAN_DATABASE_CONNECTIONS', 'many'],
    ['BEVAN_DATABASE_CONNECTIONS', '1'],
    ['BEVAN_SESSION_IDLE_SECONDS', '1e9'],
    ['BEVAN_SERVICE_NAME', 'Login\r\nBcc: everybody@example.org'],
  ];
  for (const [variable, value] of unsafe) {
    test(`stop production: ${variable} as ${JSON.stringify(value)}`, () => {
      const problems = problemsOf({ ...safe, [variable]: value });
      assert.deepEqual(namedIn(problems), [variable]);
    });
  }

  test('of the national register are all set or none', () => {
    const settings = readSettings({ ...safe, ...register });
    assert.equal(settings.pdsUrl, 'https://register.example/FHIR/R4');
    assert.equal(readSettings(safe).pdsUrl, undefined);
    for (const variable of Object.keys(register)) {
      assert.deepEqual(namedIn(problemsOf({ ...safe, ...register, [variable]: '' })), [variable]);
      const missing = Object.keys(register).filter((other) => other !== variable);
      for (const mode of ['sandbox', 'production'])
        assert.deepEqual(
          namedIn(problemsOf({ ...safe, BEVAN_MODE: mode, [variable]: register[variable] })),
          missing.toSorted(),
        );
    }
  });

  test('of the national register name addresses with https, or in a sandbox this machine', () => {
    const here = 'http://127.0.0.1:9000/R4';
    for (const variable of ['BEVAN_PDS_URL', 'BEVAN_PDS_TOKEN_URL']) {
      const addresses = ['http://register.example', 'ftp://register.example', 'register', `${here}?a=b`];
      for (const address of [...addresses, 'https://user:secret@register.example', 'https://r.example/#x']) {
        const problems = problemsOf({ ...register, BEVAN_MODE: 'sandbox', [variable]: address });
        assert.deepEqual(namedIn(problems), [variable], address);
      }
      assert.deepEqual(problemsOf({ ...register, BEVAN_MODE: 'sandbox', [variable]: here }), []);
      assert.deepEqual(namedIn(problemsOf({ ...safe, ...register, [variable]: here })), [variable]);
    }
  });

  test('of the national register take a key in one line, and none that is weak or of another kind', () => {
    const oneLine = register['BEVAN_PDS_PRIVATE_KEY']?.trim().replaceAll('\n', String.raw`\n`);
    const settings = readSettings({ ...safe, ...register, BEVAN_PDS_PRIVATE_KEY: oneLine });
    assert.equal(settings.pdsPrivateKey, register['BEVAN_PDS_PRIVATE_KEY']?.trim());
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    for (const key of [rsaKey(1024), ec.export({ type: 'pkcs8', format: 'pem' }).toString(), 'a key'])
      assert.deepEqual(namedIn(problemsOf({ ...safe, ...register, BEVAN_PDS_PRIVATE_KEY: key })), [
        'BEVAN_PDS_PRIVATE_KEY',
      ]);
  });

  test('are never quoted in what is said about them', () => {
    const secrets = {
      DATABASE_URL: 'secret-of-the-database',
      BEVAN_MASTER_KEY: 'secret of the key',
      BEVAN_METRICS_TOKEN: 'secret',
      BEVAN_PDS_PRIVATE_KEY: 'secret of the register',
    };
    const said = problemsOf({ ...safe, ...register, ...secrets }).join('\n');
    assert.equal(namedIn(said.split('\n')).length, 4);
    for (const secret of Object.values(secrets)) assert.ok(!said.includes(secret));
  });

  test('each have a variable of their own and a sentence for the manual', () => {
    const definitions = Object.values(houseSettings);
    assert.equal(new Set(definitions.map(({ variable }) => variable)).size, definitions.length);
    for (const { sentence, byDefault } of definitions) {
      assert.match(sentence, /^[A-Z].*\.$/su);
      assert.ok(byDefault.length > 0);
    }
  });
});
