import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { suite, test } from 'node:test';
import { clientRegistration } from '#partners';
import { assurances, listed, listing } from '../../test/support/listing.ts';

const least = {
  client_name: 'Riverbank',
  redirect_uris: ['https://riverbank.example/cb'],
  public_key_pem: generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
    format: 'pem',
    type: 'spki',
  }),
};
type Changes = Readonly<Record<string, unknown>>;

function read(changes: Changes, mode: 'sandbox' | 'production' = 'production') {
  return clientRegistration({ mode }).safeParse({ ...least, ...changes });
}

function complaintsOf(changes: Changes, mode?: 'sandbox' | 'production'): string[] {
  const result = read(changes, mode);
  assert.equal(result.success, false, JSON.stringify(changes));
  return result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

const assured = (changes: Changes) => ({ ...listed, assurances: { ...assurances, ...changes } });
const body = (changes: Changes) => assured({ nhs_body: { ...assurances.nhs_body, ...changes } });
const shown = (changes: Changes) => ({ ...listed, listing: { ...listing, ...changes } });

suite('what people are assured of', () => {
  test('is asked for outside a sandbox, and may be left out for a test service in one', () => {
    assert.deepEqual(complaintsOf({}), [
      'assurances: must be given: people are assured of them for every connected service',
    ]);
    assert.equal(read({}, 'sandbox').data?.assurances, undefined);
  });

  test('is enough for a service that does not want to be listed', () => {
    const { data } = read({ assurances });
    assert.equal(data?.listing, undefined);
    assert.deepEqual(data?.assurances, {
      benefit: assurances.benefit,
      nhsBody: { name: assurances.nhs_body.name, odsCode: 'ZZ9', relation: 'commissioned' },
      freeAtPointOfDelivery: true,
    });
  });

  test('may leave out the ODS code, and takes it in small letters', () => {
    assert.equal(read(body({ ods_code: undefined })).data?.assurances?.nhsBody.odsCode, undefined);
    assert.equal(read(body({ ods_code: ' zz9 ' })).data?.assurances?.nhsBody.odsCode, 'ZZ9');
  });

  for (const relation of ['commissioned', 'contracted', 'sponsored']) {
    test(`may be that an NHS body has ${relation} it`, () => {
      assert.equal(read(body({ relation })).data?.assurances?.nhsBody.relation, relation);
    });
  }
});

suite('a listed service', () => {
  test('is read in the house’s own names', () => {
    assert.deepEqual(read(listed).data?.listing, {
      description: listing.description,
      operator: listing.operator,
      languages: ['en', 'cy'],
      helpUri: listing.help_uri,
      accessibilityUri: listing.accessibility_uri,
    });
  });

  test('names each language once, in an order of ours', () => {
    assert.deepEqual(read(shown({ languages: ['pl', 'cy', 'en', 'cy'] })).data?.listing?.languages, [
      'en',
      'cy',
      'pl',
    ]);
  });

  test('needs no Welsh where it is not for people in Wales', () => {
    const english = {
      ...listed,
      nations: ['england', 'scotland'],
      assurances: { ...assurances, benefit: { en: 'Good.' } },
      listing: { ...listing, description: { en: 'Books.' } },
    };
    assert.ok(read(english).success);
    assert.deepEqual(complaintsOf({ ...english, nations: ['england', 'wales'] }), [
      'listing.description.cy: must be given: the service is for people in Wales, too',
      'assurances.benefit.cy: must be given: the service is for people in Wales, too',
    ]);
  });

  test('has its pages on this machine in a sandbox only', () => {
    const local = shown({ help_uri: 'http://localhost:3001/help' });
    assert.ok(read(local, 'sandbox').success);
    assert.match(complaintsOf(local)[0] ?? '', /^listing\.help_uri: must start with https/u);
  });

  const long = (count: number) => 'x'.repeat(count);
  const refused: readonly (readonly [row: string, changes: Changes, complaint: RegExp])[] = [
    ['without assurances', { ...listed, assurances: undefined }, /^assurances: must be given/u],
    ['with assurances in no shape', { ...listed, assurances: true }, /^assurances: must be an object/u],
    ['without a benefit', assured({ benefit: undefined }), /^assurances\.benefit: must be an object/u],
    ['with an empty benefit', assured({ benefit: { en: ' ' } }), /^assurances\.benefit\.en: must not be e/u],
    ['with a benefit in Welsh alone', assured({ benefit: { cy: 'Da.' } }), /^assurances\.benefit\.en: must/u],
    ['with an endless benefit', assured({ benefit: { en: long(301) } }), /benefit\.en: .* 300 characters/u],
    ['without an NHS body', assured({ nhs_body: undefined }), /^assurances\.nhs_body: must be an object/u],
    ['with a nameless NHS body', body({ name: '' }), /^assurances\.nhs_body\.name: must not be empty/u],
    ['with a long-named NHS body', body({ name: long(121) }), /nhs_body\.name: .* 120 characters/u],
    ['known to no NHS body', body({ relation: undefined }), /^assurances\.nhs_body\.relation: must be one/u],
    ['liked by an NHS body', body({ relation: 'liked' }), /relation: must be one of commissioned, con/u],
    ['with an odd ODS code', body({ ods_code: 'A-1' }), /^assurances\.nhs_body\.ods_code: must be an ODS/u],
    ['with a short ODS code', body({ ods_code: 'A1' }), /ods_code: must be an ODS code/u],
    ['with more of an NHS body', body({ phone: '111' }), /^assurances\.nhs_body: holds members .* phone/u],
    [
      'of which nobody says that it is free',
      assured({ free_at_point_of_delivery: undefined }),
      /must be true/u,
    ],
    ['that costs money', assured({ free_at_point_of_delivery: false }), /delivery: must be true: a service/u],
    ['that says “true” about that', assured({ free_at_point_of_delivery: 'true' }), /must be true/u],
    ['with a fourth assurance', assured({ fun: true }), /^assurances: holds members .* fun/u],
    ['without a home page', { ...listed, client_uri: undefined }, /^client_uri: must be given for a/u],
    ['without a privacy notice', { ...listed, policy_uri: undefined }, /^policy_uri: must be given for a/u],
    ['in no shape', { ...listed, listing: 'yes' }, /^listing: must be an object/u],
    ['without a description', shown({ description: undefined }), /^listing\.description: must be an object/u],
    [
      'with a plain description',
      shown({ description: 'Books' }),
      /^listing\.description: must be an object/u,
    ],
    ['with an empty description', shown({ description: { en: '' } }), /^listing\.description\.en: must not/u],
    ['with a description in French', shown({ description: { en: 'a', fr: 'b' } }), /holds members .* fr/u],
    ['with an endless description', shown({ description: { en: long(501) } }), /500 characters/u],
    [
      'with hidden characters in it',
      shown({ description: { en: 'Books\u202E!', cy: 'x' } }),
      /^listing\.description\.en: must not hold control or invisible/u,
    ],
    ['with two lines in it', shown({ description: { en: 'a\nb', cy: 'x' } }), /control or invisible/u],
    ['without an operator', shown({ operator: undefined }), /^listing\.operator: must be text/u],
    ['with an empty operator', shown({ operator: '  ' }), /^listing\.operator: must not be empty/u],
    ['with a long operator', shown({ operator: long(121) }), /^listing\.operator: .* 120 characters/u],
    ['without languages', shown({ languages: undefined }), /^listing\.languages: must be a list/u],
    ['with no language', shown({ languages: [] }), /^listing\.languages: must name at least one/u],
    ['in Klingon', shown({ languages: ['en', 'tlh'] }), /^listing\.languages\.1: must be one of en, cy/u],
    ['without help', shown({ help_uri: undefined }), /^listing\.help_uri: must be an address/u],
    ['with a script for help', shown({ help_uri: 'javascript:alert(1)' }), /^listing\.help_uri: must start/u],
    [
      'with data for help',
      shown({ help_uri: 'data:text/html,x' }),
      /^listing\.help_uri: must start with https/u,
    ],
    [
      'without an accessibility statement',
      shown({ accessibility_uri: undefined }),
      /^listing\.access.*: must/u,
    ],
    ['with a password in an address', shown({ help_uri: 'https://a:b@c.example' }), /user name or password/u],
    ['with a level of its own', shown({ level: 'P0' }), /^listing: holds members .* level/u],
  ];
  for (const [row, changes, complaint] of refused) {
    test(`${row} is refused, in a sandbox too`, () => {
      for (const mode of ['production', 'sandbox'] as const)
        assert.match(complaintsOf(changes, mode).join('\n'), complaint);
    });
  }
});
