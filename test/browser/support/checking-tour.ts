import { codeNow } from '#portals';
import { settleDueCases } from '#review';
import type { TestApp } from '../../support/app.ts';
import { sendCase, sendScanCase } from '../../support/cases.ts';
import { allPassed } from '../../support/review.ts';
import { addChecker, checkerSecret } from '../../support/checkers.ts';
import { staffPassword } from '../../support/practice.ts';
import type { Tab } from './device.ts';
import type { Tour } from './tour.ts';

/** What a tour of the desk moves with. */
interface Walk {
  readonly app: TestApp;
  readonly tab: Tab;
  readonly look: Tour['look'];
}

const code = (app: TestApp): string => {
  app.home.clock.advance(30);
  return codeNow(app.home, checkerSecret);
};
const open = ({ app, tab }: Walk, path: string) => tab.open(`${app.origin}/id-checker${path}`);

/** Answers the question that is open. @returns whether there was one */
export async function answerOpen(tab: Tab, answer?: 'yes' | 'no'): Promise<boolean> {
  const asked = tab.main.locator('.bevan-question--open');
  if ((await asked.count()) === 0) return false;
  const id = await asked.getAttribute('aria-labelledby');
  const given = answer ?? (id === 'ask-safeguarding' ? 'no' : 'yes');
  await asked.locator(`form[data-answer=${given}] button`).click();
  await tab.page.locator(`.bevan-question--answered[aria-labelledby="${id}"]`).waitFor();
  return true;
}

/** Sends a form again and again, as fast as it goes, with what the page in front of somebody has in it. */
async function repeat(
  { app, tab }: Walk,
  form: { path: string; times: number; fields: Readonly<Record<string, string>> },
): Promise<void> {
  const csrf = await tab.main.locator('[name=_csrf]').first().inputValue();
  const { request } = tab.page.context();
  for (let times = 0; times < form.times; times += 1)
    await request.post(`${app.origin}/id-checker${form.path}`, {
      form: { ...form.fields, _csrf: csrf },
      headers: { origin: app.origin },
    });
}

async function answerAll(tab: Tab): Promise<void> {
  while (await answerOpen(tab));
}

/** Sees every page of the desk, with every mistake and through every outcome. */
export async function tourChecking({ app, device, look }: Tour): Promise<void> {
  const { language } = device;
  const email = `helen.${language}@checks.example`;
  const everything = ['checker', 'supervisor', 'assurance', 'manager'] as const;
  await addChecker(app, everything, { email, name: 'Helen Shaw' });
  const walk: Walk = { app, tab: await device.openTab(), look };
  await tourEntrance(walk, email);
  await tourCase(walk);
  await tourDeciding(walk);
  await tourHolding(walk);
  await tourSecondChecks(walk);
  await tourScan(walk);
  await tourManaging(walk);
  await tourInvitation(walk);
  await tourPause(walk, email);
}

async function signIn(walk: Walk, email: string): Promise<void> {
  await open(walk, '/sign-in');
  await walk.tab.answer({ email, password: staffPassword, code: code(walk.app) });
}

async function tourEntrance(walk: Walk, email: string): Promise<void> {
  const { app, tab, look } = walk;
  await open(walk, '/sign-in');
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'nothing typed');
  const nobody = { email: 'nobody@checks.example', password: 'not this one 5', code: '000000' };
  await repeat(walk, { path: '/sign-in', times: 6, fields: nobody });
  await tab.answer(nobody);
  await look(tab, 'locked');
  app.home.clock.advance(3601);
  await signIn(walk, email);
  await look(tab, 'nothing waits');
  await sendCase(app);
  await open(walk, '');
  await look(tab, 'something waits');
  // Somebody else was faster.
  await app.home.house.database.pool.query("UPDATE review.case SET state = 'void', ended_at = now()");
  await tab.answer();
  await look(tab, 'nothing to be given');
}

async function tourCase(walk: Walk): Promise<void> {
  const { app, tab, look } = walk;
  await sendCase(app);
  await open(walk, '');
  await tab.answer();
  await look(tab, 'begun');
  for (let questions = 0; questions < 3; questions += 1) await answerOpen(tab);
  await look(tab, 'compared');
  await answerAll(tab);
  await look(tab, 'passed');
  await tab.page.locator('[data-keys]').click();
  await look(tab, 'with its keys');
  await tab.page.keyboard.press('Escape');
  const address = tab.page.url().split('#')[0] ?? '';
  await open(walk, '');
  await look(tab, 'with a case');
  await tab.open(`${address}/hold`);
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'nothing chosen');
  await tab.open(`${address}/approve`);
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not sure');
  await tab.choose('sure', 'yes');
  await tab.answer();
  await look(tab, 'approved');
  await tab.follow(tab.main.locator('a[href$="/revise"]'));
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'taken back');
}

/** Goes on with the case that was taken back. */
async function tourDeciding(walk: Walk): Promise<void> {
  const { app, tab, look } = walk;
  const address = tab.page.url().split('#')[0] ?? '';
  await answerOpen(tab, 'no');
  await look(tab, 'failed');
  await tab.follow(tab.main.locator('[data-primary]'));
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'nothing chosen');
  await tab.choose('reason', 'unreadable-passport');
  await tab.answer();
  await look(tab, 'no note');
  await tab.answer({ note: 'The lower line' });
  await tab.open(`${address}/revise`);
  await look(tab, 'too late');
  await tab.open(address);
  await look(tab, 'lost');
  await sendCase(app, { isUnknown: true });
  await open(walk, '');
  await tab.answer();
  for (let questions = 0; questions < 3; questions += 1) await answerOpen(tab);
  await tab.page.locator('form[action$="/trace"] button').click();
  await tab.page.waitForLoadState();
  await look(tab, 'no record');
  await tab.follow(tab.main.locator('a[href$="/search"]'));
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'nothing typed');
  await tab.follow(tab.main.locator('form[action$="/details"] button'));
  await look(tab, 'no details typed');
  const search = new URL(tab.page.url()).pathname.replace('/id-checker', '').replace('/details', '');
  await repeat(walk, { path: search, times: 30, fields: { nhsNumber: '9990000018' } });
  await open(walk, search);
  await tab.answer({ nhsNumber: '9990000018' });
  await look(tab, 'too many');
}

async function tourHolding(walk: Walk): Promise<void> {
  const { app, tab, look } = walk;
  await open(walk, '/holding');
  await look(tab, 'empty');
  await open(walk, '');
  await tab.follow(tab.main.locator('a[href*="/cases/"]'));
  await tab.follow(tab.main.locator('a[href$="/hold"]').first());
  await tab.choose('reason', 'possible-duplicate');
  await tab.answer({ note: 'Two records\nof one person' });
  await look(tab, 'held');
  await open(walk, '/holding');
  await look(tab, 'with a case');
  await tab.follow(tab.page.locator('button[form="send-back"]'));
  await look(tab, 'nothing ticked');
  await tab.follow(tab.main.locator('a[href$="/reassign"]'));
  await look(tab, 'with nobody');
  await addChecker(app, ['supervisor'], { name: 'Zoë Featherstonehaugh-Cholmondeley' });
  await tab.reload();
  await tab.page.locator('#narrow').fill('zoe');
  await look(tab, 'typed');
  await tab.page.locator('#narrow').fill('nobody');
  await tab.answer();
  await look(tab, 'nobody chosen');
  await open(walk, '/holding');
  await tab.follow(tab.main.locator('form[action$="/open"] button'));
  await look(tab, 'from the holding list');
  await open(walk, '/holding');
  await tab.main.locator('[name^="case-"]').check();
  await tab.follow(tab.page.locator('button[form="send-back"]'));
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'sent back');
}

async function tourSecondChecks(walk: Walk): Promise<void> {
  const { app, tab, look } = walk;
  const { pool } = app.home.house.database;
  await open(walk, '/second-checks');
  await look(tab, 'empty');
  await pool.query(
    "UPDATE review.case SET state = 'void', ended_at = now(), claimed_by = NULL WHERE ended_at IS NULL",
  );
  await sendCase(app);
  await open(walk, '');
  await tab.answer();
  await answerAll(tab);
  await tab.follow(tab.main.locator('[data-primary]'));
  await tab.choose('sure', 'yes');
  await tab.answer();
  app.home.clock.advance(121);
  await settleDueCases(app.home.house);
  // Somebody else has approved it.
  await pool.query(
    "UPDATE review.case SET decided_by = gen_random_uuid(), seen_by = '{}' WHERE state = 'approved'",
  );
  await pool.query('DELETE FROM review.claim');
  await pool.query('UPDATE review.answer SET answered_by = gen_random_uuid()');
  await open(walk, '/second-checks');
  await look(tab, 'with one');
  await tab.answer();
  await look(tab, 'begun');
  await answerOpen(tab, 'no');
  await look(tab, 'failed');
  await tab.follow(tab.main.locator('[data-primary]'));
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'nothing chosen');
  await tab.choose('reason', 'unreadable-passport');
  await tab.answer({ note: 'The lower line' });
  await look(tab, 'to be settled');
  await tab.follow(tab.main.locator('a[href*="/disagreements/"]'));
  await look(tab, 'open');
  await tab.act('withdraw');
  await look(tab, 'proposed');
  await tab.follow(tab.main.locator('a[href*="/disagreements/"]'));
  await look(tab, 'proposed by oneself');
}

/** A case of which a machine is not certain. */
async function tourScan(walk: Walk): Promise<void> {
  const { app, tab, look } = walk;
  const { pool } = app.home.house.database;
  await pool.query("UPDATE review.case SET state = 'void', ended_at = now() WHERE state = 'queued'");
  await pool.query('DELETE FROM review.claim');
  await sendScanCase(app, { ...allPassed, face: { end: 'unsure', reasons: ['live', 'likeness'] } });
  await open(walk, '');
  await tab.answer();
  await look(tab, 'partly automated');
  while ((await tab.main.locator('#ask-scan-followed').count()) === 0) await answerOpen(tab);
  await look(tab, 'with a scan');
  await answerAll(tab);
  await look(tab, 'told what a machine has found');
  await tab.follow(tab.main.locator('a[href$="/hold"]').first());
  await tab.choose('reason', 'automation-fault');
  await tab.answer();
  await open(walk, '/holding');
  await tab.follow(tab.main.locator('form[action$="/open"] button'));
  await look(tab, 'to be answered by a person alone');
  await open(walk, '/automation');
  await look(tab, 'shown');
  await tab.type({ percent: '101' });
  await tab.follow(tab.main.locator('form[action$="/rate"] button'));
  await look(tab, 'wrong');
  await tab.type({ percent: '75' });
  await tab.follow(tab.main.locator('form[action$="/rate"] button'));
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not sure');
  await tab.choose('sure', 'yes');
  await tab.answer();
  await look(tab, 'set');
  await tab.act('stop');
  await look(tab, 'stopped');
  await tab.follow(tab.main.locator('a[href$="/start"]'));
  await look(tab, 'asked whether to start');
  await tab.choose('sure', 'yes');
  await tab.answer();
  await look(tab, 'started');
}

async function tourManaging(walk: Walk): Promise<void> {
  const { tab, look } = walk;
  for (const page of ['figures', 'guidance', 'settings']) {
    await open(walk, `/${page}`);
    await look(tab, 'shown');
  }
  await tab.answer({ hours: 'soon', noticeEn: 'x' });
  await look(tab, 'wrong');
  await tab.answer({ hours: '12', noticeEn: 'x', noticeCy: 'x' });
  await look(tab, 'set');
  await open(walk, '/staff');
  await look(tab, 'shown');
  await tab.follow(tab.main.locator('.bevan-entry a').first());
  await look(tab, 'shown');
  await tab.follow(tab.main.locator('a[href$="/remove"]'));
  await look(tab, 'asked');
  await open(walk, '/acts');
  await look(tab, 'shown');
}

/** A colleague sets up their access in the same browser. */
async function tourInvitation(walk: Walk): Promise<void> {
  const { app, tab, look } = walk;
  const email = `ottoline.${Math.trunc(app.home.clock.now().getTime())}@checks.example`;
  await open(walk, '/staff/invite');
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'nothing typed');
  const fields = { name: 'Ottoline Featherstonehaugh-Cholmondeley', email, 'role-checker': 'yes' };
  await repeat(walk, { path: '/staff/invite', times: 1, fields });
  const link = await app.linkFor(email);
  await repeat(walk, { path: '/staff/invite', times: 40, fields: { ...fields, email: `another.${email}` } });
  await tab.choose('role-checker', 'yes');
  await tab.answer({ name: fields.name, email });
  await look(tab, 'too many');
  await tab.open(link);
  await look(tab, 'invited');
  await tab.answer({ password: 'password1', passwordAgain: 'x' });
  await look(tab, 'weak');
  await tab.answer({ password: staffPassword, passwordAgain: staffPassword });
  await look(tab, 'shown');
  const secret = (await tab.main.locator('code').innerText()).replaceAll(' ', '');
  await tab.answer({ code: '000000' });
  await look(tab, 'wrong');
  app.home.clock.advance(30);
  await tab.answer({ code: codeNow(app.home, secret) });
  await tab.open(link);
  await look(tab, 'used');
  await open(walk, '/staff');
  await look(tab, 'not a manager');
}

/** They have had many cases, are sent to rest, and then work here no more. */
async function tourPause(walk: Walk, email: string): Promise<void> {
  const { app, tab, look } = walk;
  const { pool } = app.home.house.database;
  await tab.page.locator('form[action$="/sign-out"] button').click();
  await signIn(walk, email);
  const { rows } = await pool.query<{ id: string }>(
    "SELECT staff_id AS id FROM portals.session WHERE portal = 'id-checker' ORDER BY expires_at DESC LIMIT 1",
  );
  const now = app.home.clock.now();
  await pool.query('DELETE FROM review.claim');
  await sendCase(app);
  await pool.query(
    'INSERT INTO review.claim (staff_id, case_id, claimed_at) SELECT $1, id, $2 FROM review.case',
    [rows[0]?.id, now],
  );
  await open(walk, '');
  await tab.answer();
  await look(tab, 'enough');
  await pool.query("UPDATE portals.member SET roles = '{}' WHERE place = 'id-checker' AND staff_id = $1", [
    rows[0]?.id,
  ]);
  await open(walk, '');
  await look(tab, 'nowhere');
}
