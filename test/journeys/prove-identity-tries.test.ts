import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { acceptMatch, levelOf, matchRegister, readDecisions, type Claimed } from '#identity';
import { openRegister } from '#pds';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import {
  addToRegister,
  beginProof,
  fillIn,
  lookForRecord,
  registerAskingService,
  registerOf,
  withLogin,
} from '../support/proof-walks.ts';
import type { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage } from '../support/walks.ts';

const minute = 60;

let app: TestApp;
/** A second process on the same database, with the same register. */
let twin: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  const environment = { BEVAN_FAILED_MATCHES_PER_ADDRESS: '40' };
  app = await startTestApp({ register: true, environment });
  twin = await startTestApp({
    beside: app,
    environment: { ...registerOf(app).environment, ...environment },
  });
  service = await registerAskingService(app);
});
after(async () => {
  await twin.close();
  await app.close();
});

const known = (name: string) => withLogin({ app, service }, somebody(name));
const level = (accountId: string) => levelOf(app.home.house.deps, accountId);

/** Looks again with what is typed already. */
async function again(browser: Person): Promise<void> {
  await browser.submit({ choice: 'check' });
  await browser.submit();
}

function assertLocked(browser: Person, minutes: number): void {
  const { status, heading, headers, text } = browser.page;
  assert.equal(status, 429, heading);
  assert.match(heading, new RegExp(`^(Try again in|Rhowch gynnig arall arni ymhen) ${minutes} `, 'u'));
  const seconds = Number(headers.get('retry-after'));
  assert.ok(seconds > (minutes - 1) * minute && seconds <= minutes * minute, String(seconds));
  assert.match(text, /999/u);
}

/** Tries straight at the door of the room, as a page would. */
async function tryOut(
  place: TestApp,
  tried: { accountId: string; claimed: Claimed; remoteAddress?: string },
) {
  const register = openRegister(place.home.house);
  assert.ok(register);
  return matchRegister(place.home.house, { register, remoteAddress: '192.0.2.1', ...tried });
}

describe('three failed tries', () => {
  test('lock for 15 minutes: the third page says so, a fourth try is not made, and then it goes on', async () => {
    const ada = await known('ada');
    const { browser, accountId } = ada;
    const details = await addToRegister(app);
    await lookForRecord(ada, { ...details, postcode: 'M1 1AE' });
    assert.equal(browser.page.heading, 'We could not match your details');
    assert.doesNotMatch(browser.page.text, /minutes/u);
    await browser.submit({});
    assert.deepEqual(browser.page.errors, { choice: 'Select what you want to do' });
    await again(browser);
    assert.equal(browser.page.heading, 'We could not match your details');
    await again(browser);
    assert.equal(browser.page.heading, 'We still could not match your details');
    assert.match(browser.page.text, /wait 15 minutes.*CID1006.*try again in 15 minutes/u);
    await browser.submit({});
    assert.deepEqual(browser.page.errors, { choice: 'Select what you want to do' });
    const decided = (await readDecisions(app.home.house.deps, accountId)).length;
    // The right details, now: not looked for either.
    await browser.submit({ choice: 'check' });
    await browser.follow(/^Change postcode/u);
    await browser.submit({ postcode: details.postcode });
    await browser.submit();
    assertLocked(browser, 15);
    assert.equal((await readDecisions(app.home.house.deps, accountId)).length, decided);
    app.home.clock.advance(5 * minute);
    await browser.reload();
    assertLocked(browser, 10);
    await browser.follow('Cymraeg');
    assertLocked(browser, 10);
    await browser.follow('English');
    const elsewhere = { ...ada, browser: browser.newTab(twin) };
    await elsewhere.browser.open(await service.requestAddress({ scope: 'openid', vtr: '["P5.Cp"]' }));
    await elsewhere.browser.submit();
    assertLocked(elsewhere.browser, 10);
    app.home.clock.advance(10 * minute + 1);
    await browser.follow('Return to the page you were on');
    expectPage(browser, 'check-details');
    await browser.submit();
    await browser.submit({ choice: 'yes' });
    assert.ok(service.isArrival(await agree(ada)));
    assert.deepEqual(
      (await readDecisions(app.home.house.deps, accountId)).map(({ reasons }) => reasons),
      [['details_matched'], ['details_differ', 'too_many_tries'], ['details_differ'], ['details_differ']],
    );
    app.home.clock.reset();
  });

  test('can be spent on number and name alike, and from the lock’s page there is a way back to the service', async () => {
    const ben = await known('ben');
    const { browser } = ben;
    const { nhsNumber, ...rest } = await addToRegister(app, {
      familyName: 'Byname',
      givenNames: ['Benedict'],
    });
    await lookForRecord(ben, { firstName: 'Bernard', lastName: 'Byname', ...rest });
    await browser.submit({ choice: 'switch' });
    expectPage(browser, 'nhs-number');
    assert.equal(browser.page.forms[0]?.fields['knows'], 'yes');
    await browser.submit({ knows: 'yes', nhsNumber });
    await browser.follow(/^Change postcode/u);
    await browser.submit({ postcode: 'M1 1AE' });
    await browser.submit();
    await browser.submit({ choice: 'switch' });
    // The name was given before.
    expectPage(browser, 'check-details');
    await browser.submit();
    assert.equal(browser.page.heading, 'We still could not match your details');
    await browser.submit({ choice: 'check' });
    await browser.submit();
    assertLocked(browser, 15);
    const { address } = await browser.press('Go back to “Riverside Surgery Online”');
    assert.equal(address.searchParams.get('error_description'), 'IdentityLevelNotReached');
  });

  test('are three also when all come at the same moment, to two processes', async () => {
    const cai = await known('cai');
    const { nhsNumber, ...rest } = await addToRegister(app);
    const claimed: Claimed = { by: 'number', nhsNumber, ...rest, postcode: 'M1 1AE' };
    const { accountId } = cai;
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, index) => tryOut(index % 2 === 0 ? app : twin, { accountId, claimed })),
    );
    assert.equal((await readDecisions(app.home.house.deps, accountId)).length, 3);
    assert.deepEqual(new Set(outcomes.map(({ outcome }) => outcome)), new Set(['no_match', 'locked']));
  });

  test('include matches that were not taken: nobody can be tried out after another', async () => {
    const { accountId } = await known('dev');
    const outcomes = [];
    for (let index = 0; index < 4; index += 1) {
      const { nhsNumber, ...rest } = await addToRegister(app);
      outcomes.push(
        (await tryOut(app, { accountId, claimed: { by: 'number', nhsNumber, ...rest } })).outcome,
      );
    }
    assert.deepEqual(outcomes, ['match', 'match', 'match', 'locked']);
  });

  test('are not used up by a button that is pressed twice', async () => {
    const eve = await known('eve');
    const { browser } = eve;
    await beginProof(eve);
    await fillIn(browser, { ...(await addToRegister(app)), postcode: 'M1 1AE' });
    const [form] = browser.page.forms;
    const press = () => browser.send(form?.action ?? '', browser.formOf(form?.fields ?? {}));
    const answers = await Promise.all([press(), press(), press()]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [303, 303, 303],
    );
    assert.equal((await readDecisions(app.home.house.deps, eve.accountId)).length, 1);
  });
});

describe('one person’s details', () => {
  const guessFrom = async (claims: readonly Claimed[], network: number) => {
    const outcomes = [];
    for (const [index, claimed] of claims.entries()) {
      const { accountId } = await known('guesser');
      const remoteAddress = `198.51.${network}.${index + 1}`;
      outcomes.push((await tryOut(app, { accountId, claimed, remoteAddress })).outcome);
    }
    return outcomes;
  };
  const nineAndLocked = [...Array.from({ length: 9 }, () => 'no_match'), 'locked'];

  test('can’t be guessed from many accounts and networks: not a birthdate for a number', async () => {
    const { nhsNumber, postcode } = await addToRegister(app, { birthdate: '1990-01-20' });
    const claims = Array.from({ length: 10 }, (_, day) => ({
      by: 'number' as const,
      nhsNumber,
      postcode,
      birthdate: `1990-01-${String(day + 1).padStart(2, '0')}`,
    }));
    assert.deepEqual(await guessFrom(claims, 1), nineAndLocked);
    // An hour later there are nine more, and then none for four.
    app.home.clock.advance(61 * minute);
    assert.deepEqual(await guessFrom(claims, 2), nineAndLocked);
    app.home.clock.advance(3 * 60 * minute);
    assert.deepEqual(await guessFrom(claims.slice(0, 1), 5), ['locked']);
    app.home.clock.advance(61 * minute);
    assert.deepEqual(await guessFrom(claims.slice(0, 1), 6), ['no_match']);
    app.home.clock.reset();
  });

  test('nor a birthdate or a postcode for a name, however its spelling is varied', async () => {
    const who = { by: 'name' as const, familyName: 'Guessed', birthdate: '1990-01-20', postcode: 'LS1 4AP' };
    const spellings = ['Samantha', 'Sam', 'SAM', 'Sámuel', 'Samira'];
    const named = (index: number) => spellings[index % spellings.length] ?? '';
    const birthdates = Array.from({ length: 10 }, (_, index) => ({
      ...who,
      givenName: named(index),
      birthdate: `1990-02-${String(index + 10)}`,
    }));
    assert.deepEqual(await guessFrom(birthdates, 3), nineAndLocked);
    const postcodes = Array.from({ length: 10 }, (_, index) => ({
      ...who,
      familyName: index % 2 === 0 ? 'O’Guessed' : 'OGUESSED',
      givenName: named(index),
      postcode: `LS1 ${index}AA`,
    }));
    assert.deepEqual(await guessFrom(postcodes, 4), nineAndLocked);
  });

  test('can’t be locked by one account alone, however often it tries', async () => {
    const { nhsNumber, ...rest } = await addToRegister(app);
    const claimed: Claimed = { by: 'number', nhsNumber, ...rest };
    const { accountId } = await known('pest');
    const wrong = { ...claimed, postcode: 'M1 1AE' };
    for (let tries = 0; tries < 12; tries += 1) await tryOut(app, { accountId, claimed: wrong });
    const owner = await known('owner');
    assert.equal((await tryOut(app, { accountId: owner.accountId, claimed })).outcome, 'match');
  });

  test('can’t be guessed from one network with many accounts', async () => {
    const outcomes = [];
    for (let index = 0; index < 42; index += 1) {
      const { nhsNumber, ...rest } = await addToRegister(app);
      const claimed = { by: 'number' as const, nhsNumber, ...rest, postcode: 'M1 1AE' };
      const { accountId } = await known('neighbour');
      outcomes.push(tryOut(app, { accountId, claimed, remoteAddress: '203.0.113.7' }));
    }
    const failed = (await Promise.all(outcomes)).filter(({ outcome }) => outcome === 'no_match');
    assert.equal(failed.length, 40);
  });
});

describe('somebody at whose details others guess', () => {
  /** @returns the details of somebody whose mobile number is in the register, after others have locked them */
  async function guessedAt(mobile: string, network: number) {
    const { nhsNumber, ...rest } = await addToRegister(app, { mobile });
    const claimed: Claimed = { by: 'number', nhsNumber, ...rest };
    for (let tries = 0; tries < 9; tries += 1) {
      const { accountId } = await known('guesser');
      const remoteAddress = `198.18.${network}.${tries + 1}`;
      await tryOut(app, { accountId, claimed: { ...claimed, postcode: 'M1 1AE' }, remoteAddress });
    }
    return claimed;
  }

  test('is found all the same from a login with the mobile number that the register has, and nobody else is', async () => {
    const owner = await withLogin({ app, service }, somebody('owner'));
    const claimed = await guessedAt(owner.who.phone, 1);
    const { accountId: other } = await known('other');
    const stranger = await tryOut(app, { accountId: other, claimed });
    assert.equal(stranger.outcome, 'locked');
    const wrong = { ...claimed, postcode: 'M1 1AE' };
    const { accountId } = owner;
    assert.equal((await tryOut(app, { accountId, claimed: wrong })).outcome, 'locked');
    assert.equal((await tryOut(app, { accountId, claimed })).outcome, 'match');
  });

  test('is not locked for longer by what is tried meanwhile, and that counts for the account', async () => {
    const claimed = await guessedAt('07700900998', 2);
    const { accountId } = await known('pest');
    const outcomes = [];
    for (let tries = 0; tries < 4; tries += 1) outcomes.push(await tryOut(app, { accountId, claimed }));
    const minutesLeft = outcomes.map((found) =>
      found.outcome === 'locked'
        ? Math.round((found.until.getTime() - app.home.clock.now().getTime()) / 60_000)
        : 0,
    );
    assert.deepEqual(minutesLeft.slice(0, 3), [60, 60, 60]);
    assert.equal(minutesLeft[3], 15);
    app.home.clock.advance(60 * minute + 1);
    assert.equal((await tryOut(app, { accountId, claimed })).outcome, 'match');
    app.home.clock.reset();
  });
});

describe('a register that can’t be asked', () => {
  test('is not asked without end by one account', async () => {
    const { nhsNumber, ...rest } = await addToRegister(app);
    const claimed: Claimed = { by: 'number', nhsNumber, ...rest };
    const { accountId } = await known('hammer');
    await registerOf(app).setFault('token-refused', 1000);
    const outcomes = [];
    for (let tries = 0; tries < 21; tries += 1)
      outcomes.push((await tryOut(app, { accountId, claimed })).outcome);
    await registerOf(app).clearFaults();
    assert.deepEqual(outcomes, [...Array.from({ length: 20 }, () => 'unavailable'), 'locked']);
    app.home.clock.advance(15 * minute + 1);
    assert.equal((await tryOut(app, { accountId, claimed })).outcome, 'match');
    app.home.clock.reset();
  });
});

describe('one NHS number', () => {
  test('is one account’s: of several who say yes at the same moment one gets it, the others the page of every no', async () => {
    const details = await addToRegister(app);
    const racers = await Promise.all(['una', 'val', 'wes'].map((name) => known(name)));
    await Promise.all(racers.map((racer) => lookForRecord(racer, details)));
    for (const { browser } of racers) expectPage(browser, 'is-this-you');
    await Promise.all(racers.map(({ browser }) => browser.submit({ choice: 'yes' })));
    const levels = await Promise.all(racers.map(({ accountId }) => level(accountId)));
    assert.deepEqual(levels.toSorted(), ['P0', 'P0', 'P5']);
    const losers = racers.filter((_, index) => levels[index] === 'P0');
    for (const { browser, accountId } of losers) {
      expectPage(browser, 'no-match');
      const [decision] = await readDecisions(app.home.house.deps, accountId);
      assert.deepEqual(decision?.reasons, ['nhs_number_taken']);
    }
  });

  test('is not exchanged for another by two answers of one account at the same moment', async () => {
    const { accountId } = await known('xan');
    const found = await Promise.all(
      [1, 2].map(async () => {
        const { nhsNumber, ...rest } = await addToRegister(app);
        return tryOut(app, { accountId, claimed: { by: 'number', nhsNumber, ...rest } });
      }),
    );
    const accepted = await Promise.all(
      found.map((finding, index) => {
        assert.ok(finding.outcome === 'match');
        const { house } = (index === 0 ? app : twin).home;
        return house.transact((deps) =>
          acceptMatch(deps, { accountId, candidate: finding.candidate, partsWrong: false }),
        );
      }),
    );
    assert.deepEqual(accepted.map(({ outcome }) => outcome).toSorted(), ['accepted', 'known_already']);
  });
});
