import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SettingsFault, type Environment } from '#foundation/settings';
import { testSettings } from '../../test/support/house.ts';
import { closeSenders, loadSenderPlugs, loadSenders } from './senders.ts';

const plugs = await loadSenderPlugs();
const simulating = plugs.filter(({ simulator }) => simulator !== undefined);
const mailOnly = plugs.find(
  ({ channels, simulator }) => simulator === undefined && !channels.includes('sms'),
);

async function problemsOf(environment: Environment, mode: 'sandbox' | 'production' = 'sandbox') {
  const settings = { ...testSettings(environment), mode };
  try {
    closeSenders(await loadSenders(settings, environment));
    return [];
  } catch (fault) {
    if (fault instanceof SettingsFault) return fault.problems;
    throw fault;
  }
}

test('a sandbox keeps messages on every channel unless told otherwise', async () => {
  const senders = await loadSenders(testSettings(), {});
  assert.equal(simulating.length, 1);
  assert.equal(senders.email, senders.sms);
});

test('a sender that doesn’t exist is named as a setting to change, with the choice there is', async () => {
  const problems = await problemsOf({ BEVAN_EMAIL_SENDER: 'pigeon', BEVAN_SMS_SENDER: 'Pigeon post' });
  assert.equal(problems.length, 2);
  for (const [index, variable] of ['BEVAN_EMAIL_SENDER', 'BEVAN_SMS_SENDER'].entries()) {
    const able = plugs.filter(({ channels }) => channels.includes(index === 0 ? 'email' : 'sms'));
    assert.equal(problems[index], `${variable} must be one of: ${able.map(({ id }) => id).join(', ')}.`);
  }
});

test('a sender is refused a channel that it doesn’t serve', async () => {
  const problems = await problemsOf({ BEVAN_SMS_SENDER: mailOnly?.id });
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^BEVAN_SMS_SENDER must be one of: /u);
  assert.ok(!problems[0]?.includes(mailOnly?.id ?? ''));
});

test('production refuses a sender that only keeps messages, and doesn’t fall back on it', async () => {
  const [simulator] = simulating;
  const chosen = await problemsOf(
    { BEVAN_EMAIL_SENDER: simulator?.id, BEVAN_SMS_SENDER: simulator?.id },
    'production',
  );
  assert.equal(chosen.length, 2);
  for (const problem of chosen) assert.match(problem, /only keeps messages/u);
  const unset = await problemsOf({}, 'production');
  assert.equal(unset.length, 2);
});

test('all that is wrong is said at once: the choice of one channel and the settings of the other', async () => {
  const problems = await problemsOf({ BEVAN_EMAIL_SENDER: mailOnly?.id, BEVAN_SMS_SENDER: 'pigeon' });
  const variables = Object.values(mailOnly?.settings ?? {}).map(({ variable }) => variable);
  assert.ok(variables.length > 0);
  for (const variable of ['BEVAN_SMS_SENDER', ...variables]) {
    assert.ok(
      problems.some((problem) => problem.startsWith(variable)),
      variable,
    );
  }
});
