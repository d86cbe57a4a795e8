import { codeNow } from '#portals';
import { changeSupplier } from '#gp-systems';
import type { TestApp } from '../../support/app.ts';
import { addPatientTo, addStaff, sought, staffPassword } from '../../support/practice.ts';
import { gpSystemsOf } from '../../support/ways-walks.ts';
import type { Tab } from './device.ts';
import type { Tour } from './tour.ts';

type Person = Parameters<typeof sought>[0];

/** What a tour of the practice portal moves with. */
interface Walk {
  readonly app: TestApp;
  readonly tab: Tab;
  readonly base: string;
  readonly look: Tour['look'];
}

const code = (app: TestApp, secret: string): string => {
  app.home.clock.advance(30);
  return codeNow(app.home, secret);
};

async function find({ app, tab, base }: Walk, patient: Person): Promise<void> {
  await tab.open(`${app.origin}${base}/find`);
  await tab.answer(sought(patient));
}

/** Sees every page of the practice portal, with every mistake and through every outcome. */
export async function tourPractice({ app, device, look }: Tour): Promise<void> {
  const { language } = device;
  const odsCode = await gpSystemsOf(app).practiceOf('emis');
  const email = `maria.${language}@practice.example`;
  const staff = await addStaff(app, odsCode, ['verifier', 'voucher', 'manager'], { email });
  const walk: Walk = { app, tab: await device.openTab(), base: `/practice/${odsCode}`, look };
  await tourEntrance(walk, staff);
  await tourInvitation(walk);
  await walk.tab.open(`${app.origin}/practice/sign-in`);
  await walk.tab.answer({ email, password: staffPassword, code: code(app, staff.secret) });
  await look(walk.tab, 'signed in');
  await tourFinding(walk, odsCode);
  await tourIssuing(walk, odsCode);
  await tourManaging(walk, odsCode);
  await tourLeaving(walk);
}

async function tourEntrance({ app, tab, look }: Walk, { email, secret }: { email: string; secret: string }) {
  await tab.open(`${app.origin}/practice/sign-in`);
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'nothing typed');
  await tab.answer({ email, password: 'not this one 5', code: '000000' });
  await look(tab, 'refused');
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await tab.open(`${app.origin}/practice/sign-in`);
    await tab.answer({ email: `nobody@practice.example`, password: 'not this one 5', code: '000000' });
  }
  await look(tab, 'locked');
  app.home.clock.advance(3601);
  await tab.open(`${app.origin}/practice/sign-in`);
  await tab.answer({ email, password: staffPassword, code: code(app, secret) });
}

/** A colleague sets up their access in the same browser. */
async function tourInvitation({ app, tab, base, look }: Walk): Promise<void> {
  const email = `ottoline.${Math.trunc(app.home.clock.now().getTime())}@practice.example`;
  await tab.open(`${app.origin}${base}/staff/invite`);
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'nothing typed');
  await tab.choose('role-verifier', 'yes');
  await tab.answer({ name: 'Ottoline Featherstonehaugh-Cholmondeley', email });
  await look(tab, 'invited');
  const link = await app.linkFor(email);
  await tab.open(link);
  await look(tab, 'invited');
  await tab.answer({ password: 'password1', passwordAgain: 'x' });
  await look(tab, 'weak');
  await tab.answer({ password: staffPassword, passwordAgain: staffPassword });
  await look(tab, 'shown');
  const secret = (await tab.main.locator('code').innerText()).replaceAll(' ', '');
  await tab.answer({ code: '000000' });
  await look(tab, 'wrong');
  await tab.answer({ code: code(app, secret) });
  await tab.open(link);
  await look(tab, 'used');
  await tab.open(`${app.origin}${base}/audit`);
  await look(tab, 'not a manager');
}

async function tourFinding(walk: Walk, odsCode: Parameters<typeof addPatientTo>[1]): Promise<void> {
  const { app, tab, base, look } = walk;
  for (const path of ['/find', '/find/name']) {
    await tab.open(`${app.origin}${base}${path}`);
    await look(tab, 'asked');
    await tab.answer();
    await look(tab, 'nothing typed');
  }
  const patient = await addPatientTo(app, odsCode, { birthdate: '1931-12-24' });
  await find(walk, { ...patient, birthdate: '1930-01-01' });
  await look(tab, 'nobody');
  await app.register?.setFault('unavailable', 20);
  await find(walk, patient);
  await look(tab, 'no answer');
  await app.register?.clearFaults();
  await tab.open(`${app.origin}${base}/patients/00000000-0000-4000-8000-000000000000`);
  await look(tab, 'over');
  await tab.open(`${app.origin}${base}/details`);
  await look(tab, 'empty');
  await tab.open(`${app.origin}${base}/guidance`);
  await look(tab, 'shown');
}

async function tourIssuing(walk: Walk, odsCode: Parameters<typeof addPatientTo>[1]): Promise<void> {
  const { app, tab, look } = walk;
  const patient = await addPatientTo(app, odsCode, { email: 'robin@people.example' });
  await find(walk, patient);
  await look(tab, 'found');
  await tab.act('block-fast-track');
  await look(tab, 'blocked');
  const path = new URL(tab.page.url()).pathname;
  const to = (page: string) => tab.open(`${app.origin}${path}/${page}`);
  const errorsAt = async (page: string) => {
    await to(page);
    await look(tab, 'asked');
    await tab.answer();
    await look(tab, 'nothing chosen');
  };
  await errorsAt('reason');
  await tab.answerWith('reason', 'prefers');
  await errorsAt('check');
  await errorsAt('vouching');
  await errorsAt('vouching-with-record');
  await errorsAt('documents');
  for (const name of ['document-passport', 'document-bank-statement', 'seen']) await tab.choose(name, 'yes');
  await tab.answer();
  await errorsAt('letter');
  await tab.choose('language', 'cy');
  await tab.choose('print', 'large');
  await tab.answerWith('delivery', 'collect');
  await look(tab, 'to be confirmed');
  const second = await tab.page.context().newPage();
  await second.goto(tab.page.url());
  await tab.answer();
  await look(tab, 'ready');
  await tab.page.goto(`${tab.page.url().slice(0, -12)}000000000000`);
  await look(tab, 'gone');
  await second.close();
  await to('issue');
  await tab.answer();
  await look(tab, 'twice');
  await find(walk, patient);
  await look(tab, 'with details');
  await tab.follow(tab.main.locator('a[href*="/withdraw/"]'));
  await look(tab, 'asked');
  await tourRefusal(walk, patient);
}

/** The system does not answer. */
async function tourRefusal(walk: Walk, patient: Person): Promise<void> {
  const { app, tab, look } = walk;
  const { pool } = app.home.house.database;
  await pool.query('UPDATE proofing.issued_details SET used_at = now() WHERE withdrawn_at IS NULL');
  await find(walk, patient);
  const path = new URL(tab.page.url()).pathname;
  await tab.open(`${app.origin}${path}/reason`);
  await tab.answerWith('reason', 'details-expired');
  await tab.answerWith('way', 'vouching');
  await tab.choose('known', 'over-2-years');
  await tab.answerWith('where', 'in-person');
  await tab.choose('language', 'en');
  await tab.choose('print', 'standard');
  await tab.answerWith('delivery', 'print');
  await tab.answer();
  await look(tab, 'to be reset');
  await tab.answer();
  await look(tab, 'still to be reset');
}

async function tourManaging(walk: Walk, odsCode: Parameters<typeof addPatientTo>[1]): Promise<void> {
  const { app, tab, base, look } = walk;
  await tab.open(`${app.origin}${base}/staff`);
  await look(tab, 'shown');
  await tab.follow(tab.main.locator('.bevan-entry a').first());
  await look(tab, 'shown');
  await tab.follow(tab.main.locator('a[href$="/remove"]'));
  await look(tab, 'asked');
  await tab.follow(tab.page.locator('.nhsuk-back-link'));
  await tab.main.locator('[name="role-manager"]').uncheck();
  await tab.answer();
  await look(tab, 'last manager');
  await tab.open(`${app.origin}${base}/age`);
  await look(tab, 'asked');
  await tab.answerWith('years', '16');
  await look(tab, 'set');
  await find(
    walk,
    await addPatientTo(app, odsCode, { birthdate: `${app.home.clock.now().getUTCFullYear() - 14}-01-01` }),
  );
  await look(tab, 'too young');
  await app.home.house.transact((deps) => changeSupplier(deps, { odsCode, supplierId: 'tpp' }));
  for (const page of ['audit', 'reissue', 'details']) {
    await tab.open(`${app.origin}${base}/${page}`);
    await look(tab, 'with entries');
  }
}

async function tourLeaving({ app, tab, base, look }: Walk): Promise<void> {
  const nobody = sought({ nhsNumber: '9990000018', birthdate: '1980-01-01' });
  for (let times = 0; times < 41; times += 1) {
    await tab.open(`${app.origin}${base}/find`);
    if ((await tab.main.getAttribute('data-page'))?.endsWith('/find') === true) await tab.answer(nobody);
  }
  await look(tab, 'too many');
  const { pool } = app.home.house.database;
  await pool.query("UPDATE portals.member SET roles = '{}' WHERE place = $1", [base.split('/').at(-1)]);
  await tab.open(`${app.origin}/practice`);
  await look(tab, 'nowhere');
  await tab.act('sign-out');
  await look(tab, 'signed out');
}
