import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { codeNow, describeSandboxStaff, seedSandboxStaff } from '#portals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Person } from '../support/person.ts';
import {
  addStaff,
  openTestPractice,
  signInStaff,
  staffPassword,
  type TestStaff,
} from '../support/practice.ts';
import { gpSystemsOf } from '../support/ways-walks.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
});
after(() => app.close());

const minutes = 60;
const code = (secret: string) => codeNow(app.home, secret);
const newStaff = async (roles: Parameters<typeof addStaff>[2] = ['verifier']): Promise<TestStaff> =>
  addStaff(app, await gpSystemsOf(app).practiceOf('tpp'), roles);

async function tries(typed: { email: string; password?: string; code?: string }, browser = new Person(app)) {
  await browser.open('/practice/sign-in');
  await browser.submit({ password: staffPassword, code: '000000', ...typed });
  return browser;
}

const isIn = ({ page }: Person) => page.heading === 'Practice portal';

describe('signing in to the practice portal', () => {
  test('takes the password and a code, and says of a slip in neither which it was', async () => {
    const staff = await newStaff();
    app.home.clock.advance(30);
    const slips = [
      { email: staff.email, password: 'another thing 4', code: code(staff.secret) },
      { email: staff.email },
      { email: staff.email, password: 'another thing 4' },
      { email: 'nobody@practice.example', code: code(staff.secret) },
    ];
    const answers = new Set<string>();
    for (const slip of slips) {
      const { page } = await tries(slip);
      answers.add(`${page.status} ${page.text}`.replace(slip.email, ''));
    }
    assert.equal(answers.size, 1);
    assert.match([...answers].join(''), /^400 .*is not right/u);
    assert.ok(isIn(await tries({ email: staff.email.toUpperCase(), code: code(staff.secret) })));
  });

  test('takes a code once, also when it is sent many times at the same moment', async () => {
    const staff = await newStaff();
    app.home.clock.advance(30);
    const shown = { email: staff.email, code: code(staff.secret) };
    const all = await Promise.all([1, 2, 3, 4].map(() => tries(shown)));
    assert.equal(all.filter(isIn).length, 1);
    assert.ok(!isIn(await tries(shown)));
    app.home.clock.advance(30);
    assert.ok(isIn(await tries({ email: staff.email, code: code(staff.secret) })));
  });

  test('locks after six wrong tries, whether or not there is such a member of staff', async () => {
    const staff = await newStaff();
    for (const email of [staff.email, 'no.such@practice.example']) {
      for (let attempt = 0; attempt < 5; attempt += 1)
        assert.equal((await tries({ email })).page.status, 400);
      assert.equal((await tries({ email })).page.status, 429);
      const { page } = await tries({ email, code: code(staff.secret) });
      assert.match(page.heading, /^Try again in 1[45] minutes$/u);
    }
    app.home.clock.advance(15 * minutes + 1);
    assert.ok(isIn(await tries({ email: staff.email, code: code(staff.secret) })));
  });

  test('lets nobody in by a form that another page has made', async () => {
    const staff = await newStaff();
    app.home.clock.advance(30);
    const typed = { email: staff.email, password: staffPassword, code: code(staff.secret) };
    const browser = new Person(app);
    await browser.open('/practice/sign-in');
    for (const token of [undefined, 'x', new Person(app).cookies['visitor']])
      assert.equal((await browser.post('/practice/sign-in', { ...typed, _csrf: token })).status, 403);
  });
});

test('a sandbox has a member of staff as whom anybody can sign in, also after it was brought back to its beginning', async () => {
  const odsCode = await gpSystemsOf(app).practiceOf('tpp');
  const sandbox = { odsCodes: [odsCode], password: staffPassword };
  for (let times = 0; times < 2; times += 1) {
    await seedSandboxStaff(app.home.house, sandbox);
    const { email, password, code: shown } = describeSandboxStaff(app.home, sandbox).practice;
    const browser = await tries({ email, password, code: shown });
    assert.ok(isIn(browser));
    assert.equal((await browser.open(`/practice/${odsCode}/audit`)).status, 200);
  }
});

describe('a session of staff', () => {
  test('ends after half an hour of nothing, after twelve hours in all, and by signing out', async () => {
    const { base, browser, staff } = await openTestPractice(app, ['verifier']);
    app.home.clock.advance(29 * minutes);
    assert.equal((await browser.open(base)).heading, 'Practice portal');
    app.home.clock.advance(31 * minutes);
    assert.equal((await browser.open(base)).heading, 'Sign in to the practice portal');
    await signInStaff(app, staff, browser);
    for (let half = 0; half < 24; half += 1) {
      assert.ok((await browser.open(base)).heading === 'Practice portal', String(half));
      app.home.clock.advance(29.9 * minutes);
    }
    app.home.clock.advance(5 * minutes);
    assert.equal((await browser.open(base)).heading, 'Sign in to the practice portal');
    await signInStaff(app, staff, browser);
    await browser.open(base);
    const cookie = browser.cookies['practice-session'];
    const token = /name="_csrf" value="([^"]+)"/u.exec(browser.page.html)?.[1];
    await browser.post('/practice/sign-out', { _csrf: token });
    assert.match(browser.page.text, /You are signed out/u);
    const thief = new Person(app);
    const stolen = await thief.send(base, { headers: { cookie: `practice-session=${cookie}` } });
    assert.equal(stolen.headers.get('location'), '/practice/sign-in');
  });

  test('is no patient’s, and a patient’s is no member of staff’s', async () => {
    const { base, browser } = await openTestPractice(app, ['manager']);
    const lines = browser.cookieLines.filter((line) => line.startsWith('practice-session='));
    assert.ok(lines.length > 0);
    for (const line of lines) assert.match(line, /HttpOnly/u);
    for (const line of lines) assert.match(line, /SameSite=Lax/u);
    const token = browser.cookies['practice-session'] ?? '';
    const other = new Person(app);
    for (const name of ['session', '_session', 'visitor', 'practice-session.x']) {
      const answer = await other.send(base, { headers: { cookie: `${name}=${token}` } });
      assert.equal(answer.headers.get('location'), '/practice/sign-in');
    }
  });
});

describe('an invitation', () => {
  const inviteTo = async (manager: Person, base: string, email: string) => {
    await manager.open(`${base}/staff/invite`);
    await manager.submit({ name: 'Ottoline Verifier', email, 'role-verifier': 'yes' });
    assert.match(manager.page.text, /An email is on its way/u);
    return app.linkFor(email);
  };
  const secretOn = ({ page }: Person) =>
    /<code class="bevan-wrap">([^<]+)</u.exec(page.html)?.[1]?.replaceAll(' ', '') ?? '';
  const choose = (browser: Person) =>
    browser.submit({ password: staffPassword, passwordAgain: staffPassword });

  test('leads to a password and an authenticator app, and works once', async () => {
    const { base, browser: manager } = await openTestPractice(app, ['manager']);
    const link = await inviteTo(manager, base, 'ottoline@practice.example');
    const browser = new Person(app);
    await browser.open(link);
    await browser.submit({ password: 'password1', passwordAgain: 'password1' });
    assert.match(browser.page.errors['password'] ?? '', /harder to guess/u);
    await choose(browser);
    assert.equal(browser.page.heading, 'Connect an authenticator app');
    const secret = secretOn(browser);
    assert.equal(secret.length, 32);
    assert.match(browser.page.html, /<svg[^>]+role="img"/u);
    // Somebody else who has the link sees no secret.
    const other = new Person(app);
    await other.open(`${link}/app`);
    assert.equal(secretOn(other), '');
    await browser.submit({ code: '000000' });
    assert.match(browser.page.errors['code'] ?? '', /not right/u);
    assert.equal(secretOn(browser), secret);
    await browser.submit({ code: code(secret) });
    assert.ok(isIn(browser));
    for (const address of [link, `${link}/app`]) {
      await other.open(address);
      assert.equal(other.page.status, 410);
    }
    // The code of the set-up does not count again.
    assert.ok(!isIn(await tries({ email: 'ottoline@practice.example', code: code(secret) })));
    app.home.clock.advance(30);
    assert.ok(isIn(await tries({ email: 'ottoline@practice.example', code: code(secret) })));
  });

  test('is finished once when its last form is sent many times at the same moment', async () => {
    const { base, browser: manager } = await openTestPractice(app, ['manager']);
    const link = await inviteTo(manager, base, 'una@practice.example');
    const browser = new Person(app);
    await browser.open(link);
    await choose(browser);
    const form = browser.page.forms.at(-1);
    const shown = browser.formOf({ ...form?.fields, code: code(secretOn(browser)) });
    const all = await Promise.all([1, 2, 3, 4].map(() => browser.send(form?.action ?? '', shown)));
    const leads = all.map(({ headers }) => headers.get('location'));
    assert.equal(leads.filter((address) => address === '/practice').length, 1, leads.join());
  });

  test('is over after three days, and when a newer one was sent; the old access works until it is followed', async () => {
    const { base, odsCode, browser: manager } = await openTestPractice(app, ['manager']);
    const first = await inviteTo(manager, base, 'edda@practice.example');
    const staff = await addStaff(app, odsCode, ['verifier'], { email: 'fen@practice.example' });
    await manager.open(`${base}/staff/${staff.id}`);
    await manager.press(/^Send .* a new invitation$/u);
    const again = await app.linkFor('fen@practice.example');
    const before = await signInStaff(app, staff);
    assert.ok(isIn(before));
    const browser = new Person(app);
    await browser.open(again);
    await choose(browser);
    await browser.submit({ code: code(secretOn(browser)) });
    assert.ok(isIn(browser));
    assert.equal((await before.open(base)).heading, 'Sign in to the practice portal');
    assert.equal((await browser.open(first)).status, 200);
    app.home.clock.advance(72 * 3600 + 1);
    assert.equal((await browser.open(first)).status, 410);
  });

  test('tells the one who invites nothing of whether the address has access elsewhere', async () => {
    const elsewhere = await newStaff();
    const { base, browser: manager } = await openTestPractice(app, ['manager']);
    await manager.open(`${base}/staff/invite`);
    await manager.submit({ name: 'Ada Known', email: elsewhere.email, 'role-voucher': 'yes' });
    const known = manager.page.text;
    await manager.open(`${base}/staff/invite`);
    await manager.submit({ name: 'Ada Known', email: 'unknown@practice.example', 'role-voucher': 'yes' });
    const row = 'Ada Known Voucher Has not been here yet';
    assert.equal(manager.page.text.replace(` ${row}`, ''), known);
    const { text, links } = await app.messageFor(elsewhere.email, 'email');
    assert.match(text, /Sign in as you do already/u);
    assert.deepEqual(links, []);
    await signInStaff(app, elsewhere);
    assert.equal(elsewhere.browser.page.heading, 'Your practices');
  });
});

test('invitations of a practice are forty in an hour, whoever is invited: nobody floods people with e-mail', async () => {
  const { base, browser: manager, staff } = await openTestPractice(app, ['manager']);
  await manager.open(`${base}/staff/${staff.id}`);
  const again = manager.page.forms.find(({ action }) => action.endsWith('/invite'));
  assert.ok(again);
  for (let time = 0; time < 40; time += 1)
    assert.equal((await manager.send(again.action, manager.formOf(again.fields))).status, 303);
  await manager.open(`${base}/staff/invite`);
  await manager.submit({ name: 'Ada Flooded', email: 'ada.flooded@practice.example', 'role-voucher': 'yes' });
  assert.equal(manager.page.status, 429);
  assert.equal(manager.page.heading, 'You can invite colleagues again in 60 minutes');
  app.home.clock.advance(3601);
  const later = await signInStaff(app, staff);
  await later.open(`${base}/staff/invite`);
  await later.submit({ name: 'Ada Flooded', email: 'ada.flooded@practice.example', 'role-voucher': 'yes' });
  assert.match(later.page.text, /An email is on its way/u);
});

describe('roles', () => {
  test('hold from the next request on, and end with who is removed', async () => {
    const { base, odsCode, browser: manager } = await openTestPractice(app, ['manager']);
    const staff = await addStaff(app, odsCode, ['verifier']);
    await signInStaff(app, staff);
    assert.equal((await staff.browser.open(`${base}/find`)).status, 200);
    await manager.open(`${base}/staff/${staff.id}`);
    await manager.submit({ 'role-verifier': undefined, 'role-manager': 'yes' });
    assert.equal((await staff.browser.open(`${base}/find`)).status, 403);
    assert.equal((await staff.browser.open(`${base}/staff`)).status, 200);
    await manager.open(`${base}/staff/${staff.id}`);
    await manager.follow(/^Remove /u);
    assert.match(manager.page.heading, /^Remove .+ from this practice\?$/u);
    await manager.follow(/^Keep /u);
    assert.equal((await staff.browser.open(`${base}/staff`)).status, 200);
    await manager.follow(/^Remove /u);
    await manager.press(/^Remove /u);
    assert.equal((await staff.browser.open(base)).heading, 'Sign in to the practice portal');
    assert.ok(
      isIn(
        await signInStaff(app, staff)
          .then(() => manager.open(base))
          .then(() => manager),
      ),
    );
    assert.match(staff.browser.page.text, /You have no access to a practice/u);
  });

  test('can’t be taken from the last manager, not even by two at the same moment', async () => {
    const { base, odsCode, staff, browser } = await openTestPractice(app, ['manager']);
    await browser.open(`${base}/staff/${staff.id}/remove`);
    await browser.press(/^Remove /u);
    assert.match(browser.page.errors['role'] ?? '', /Nobody could manage/u);
    const second = await addStaff(app, odsCode, ['manager']);
    await signInStaff(app, second);
    await browser.open(`${base}/staff/${second.id}/remove`);
    await second.browser.open(`${base}/staff/${staff.id}/remove`);
    await Promise.all([browser.press(/^Remove /u), second.browser.press(/^Remove /u)]);
    const { rows } = await app.home.house.database.pool.query(
      "SELECT 1 FROM portals.member WHERE place = $1 AND 'manager' = ANY (roles)",
      [odsCode],
    );
    assert.equal(rows.length, 1);
  });

  test('are not all left to somebody who has not followed the invitation yet', async () => {
    const { base, odsCode, staff, browser } = await openTestPractice(app, ['manager']);
    const email = 'ottoline.later@practice.example';
    await browser.open(`${base}/staff/invite`);
    await browser.submit({ name: 'Ottoline Later', email, 'role-manager': 'yes' });
    await browser.open(`${base}/staff/${staff.id}/remove`);
    await browser.press(/^Remove /u);
    assert.match(browser.page.errors['role'] ?? '', /Nobody could manage/u);
    const second = await addStaff(app, odsCode, ['manager']);
    await browser.open(`${base}/staff/${second.id}`);
    await browser.open(`${base}/staff/${staff.id}/remove`);
    await browser.press(/^Remove /u);
    assert.equal((await browser.open(base)).heading, 'Sign in to the practice portal');
  });
});
