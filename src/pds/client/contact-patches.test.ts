import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { patchContactPoints } from './contact-patches.ts';

const home = { id: 'H', system: 'phone', use: 'home', value: '01632960000', period: { start: '2020-01-01' } };
const mobile = {
  id: 'M',
  system: 'phone',
  use: 'mobile',
  value: '07700900123',
  period: { start: '2020-01-01' },
};
const email = { id: 'E', system: 'email', use: 'work', value: 'ada@people.example' };
const second = { id: 'F', system: 'email', use: 'home', value: 'ada@home.example' };

suite('a change of contact points', () => {
  test('sends the whole contact point under its id, as what it was', () => {
    assert.deepEqual(
      patchContactPoints([home, mobile, email], { mobile: '07700900456', email: 'a@b.example' }),
      [
        {
          op: 'replace',
          path: '/telecom/1',
          value: { id: 'M', system: 'phone', use: 'mobile', value: '07700900456' },
        },
        {
          op: 'replace',
          path: '/telecom/2',
          value: { id: 'E', system: 'email', use: 'work', value: 'a@b.example' },
        },
      ],
    );
  });

  test('adds at the end, without an id, what was not there', () => {
    assert.deepEqual(patchContactPoints([home], { mobile: '07700900456', email: 'a@b.example' }), [
      { op: 'add', path: '/telecom/-', value: { system: 'phone', use: 'mobile', value: '07700900456' } },
      { op: 'add', path: '/telecom/-', value: { system: 'email', use: 'home', value: 'a@b.example' } },
    ]);
  });

  test('removes the last first, and tests right before that it is the one', () => {
    assert.deepEqual(
      patchContactPoints([email, home, mobile, second], { email: null, mobile: '07700900456' }),
      [
        {
          op: 'replace',
          path: '/telecom/2',
          value: { id: 'M', system: 'phone', use: 'mobile', value: '07700900456' },
        },
        { op: 'test', path: '/telecom/3/id', value: 'F' },
        { op: 'remove', path: '/telecom/3' },
        { op: 'test', path: '/telecom/0/id', value: 'E' },
        { op: 'remove', path: '/telecom/0' },
      ],
    );
  });

  test('changes one of two e-mail addresses, that of home', () => {
    const patches = patchContactPoints([email, second], { email: 'a@b.example' });
    assert.deepEqual(
      patches.map(({ path }) => path),
      ['/telecom/1'],
    );
  });

  test('is none when nothing is otherwise, and never touches a landline', () => {
    assert.deepEqual(patchContactPoints([home, mobile, email], {}), []);
    assert.deepEqual(patchContactPoints([home, mobile], { mobile: mobile.value }), []);
    assert.deepEqual(patchContactPoints([home], { mobile: null, email: null }), []);
  });
});
