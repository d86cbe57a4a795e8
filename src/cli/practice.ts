import { readEmail } from '#accounts';
import { namesPractice, readOdsCode, type OdsCode } from '#foundation/identifiers';
import { createSecrets } from '#foundation/security';
import {
  changeSupplier,
  listPractices,
  loadSupplierPlugs,
  mergePractices,
  openPractice,
  readPractice,
  splitPractice,
  type PracticeChange,
} from '#gp-systems';
import { setMinimumAge } from '#identity';
import { addMember, invitationAddress } from '#portals';
import { readMasterKey } from '../master-key.ts';
import { asOperator, OperatorError, type OperatorTools } from '../operator.ts';

const usage = `Puts GP practices in, and lets the first of their staff in.

  practice list                                     every practice, one JSON line each
  practice add ODS_CODE SUPPLIER NAME ADDRESS_LINE… puts a practice in, with the supplier of its clinical system
               [--board ICB_CODE]                   and the integrated care board in whose area it is
  practice add-manager ODS_CODE EMAIL NAME          gives somebody the role of a manager, and prints the link by which they
               [--again]                            set up their access: once, within 3 days; again, if it was lost
  practice change-supplier ODS_CODE SUPPLIER        from now on the practice has another clinical system
  practice merge INTO ODS_CODE…                     closes practices, whose patients are now those of INTO
  practice split ODS_CODE INTO…                     closes a practice, whose patients are now those of others
  practice board-age ICB_CODE YEARS                 from which age patients in the area of a board can be proven; or none

A manager invites everybody else, in the portal at /practice.`;

type Words = readonly string[];

await asOperator(async (tools) => {
  const [command = '', first = '', ...rest] = process.argv.slice(2);
  const commands: Readonly<Record<string, () => Promise<void>>> = {
    list: async () => {
      for (const practice of await listPractices(tools.database)) say(JSON.stringify(practice));
    },
    add: () => addPractice(tools, codeIn(first), rest),
    'add-manager': () => addManager(tools, codeIn(first), rest),
    'change-supplier': async () => {
      const [supplierId = ''] = rest;
      await checkSupplier(supplierId);
      const odsCode = codeIn(first);
      tellChange(await tools.transact((deps) => changeSupplier(deps, { odsCode, supplierId })));
    },
    merge: async () => {
      const [into, odsCodes] = [codeIn(first), rest.map(codeIn)];
      tellChange(await tools.transact((deps) => mergePractices(deps, { odsCodes, into })));
    },
    split: async () => {
      const [odsCode, into] = [codeIn(first), rest.map(codeIn)];
      tellChange(await tools.transact((deps) => splitPractice(deps, { odsCode, into })));
    },
    'board-age': () => setBoardAge(tools, first, rest),
  };
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (run === undefined) throw new OperatorError(usage);
  await run();
});

function codeIn(text: string): OdsCode {
  const odsCode = readOdsCode(text);
  if (odsCode === undefined) throw new OperatorError(usage);
  if (!namesPractice(odsCode)) throw new OperatorError(`${odsCode} stands for no practice.`);
  return odsCode;
}

async function checkSupplier(supplierId: string): Promise<void> {
  const suppliers = (await loadSupplierPlugs()).map(({ id }) => id);
  if (!suppliers.includes(supplierId))
    throw new OperatorError(`There is no supplier “${supplierId}”. There are ${suppliers.join(', ')}.`);
}

/** Takes an option and its value out of what was typed. */
function optionIn(
  words: Words,
  option: string,
): { readonly value: string | undefined; readonly rest: Words } {
  const at = words.indexOf(option);
  return at < 0
    ? { value: undefined, rest: words }
    : { value: words[at + 1] ?? '', rest: words.filter((_, index) => index !== at && index !== at + 1) };
}

async function addPractice(tools: OperatorTools, odsCode: OdsCode, words: Words): Promise<void> {
  const { value: icbCode, rest } = optionIn(words, '--board');
  const [supplierId = '', name = '', ...addressLines] = rest;
  if (name === '' || addressLines.length === 0 || icbCode === '') throw new OperatorError(usage);
  await checkSupplier(supplierId);
  const practice = { odsCode, name, addressLines, supplierId, icbCode };
  const opened = await tools.transact((deps) => openPractice(deps, practice));
  if (opened.outcome === 'known') throw new OperatorError(`There is a practice ${odsCode} already.`);
  say(JSON.stringify(practice));
}

async function addManager(tools: OperatorTools, odsCode: OdsCode, words: Words): Promise<void> {
  const isAgain = words.includes('--again');
  const [address = '', ...names] = words.filter((word) => word !== '--again');
  const name = names.join(' ').trim();
  const email = readEmail(address);
  if (email.outcome !== 'valid' || name === '') throw new OperatorError(usage);
  if ((await readPractice(tools.database, odsCode))?.isOpen !== true)
    throw new OperatorError(`There is no open practice ${odsCode}. Put it in first: practice add.`);
  const secrets = createSecrets(await readMasterKey(tools.settings));
  const { settings } = tools;
  const member = { place: odsCode, name, email: email.email, roles: ['manager'], isAgain } as const;
  const { token } = await tools.transact((deps) => addMember({ ...deps, secrets, settings }, member));
  if (token === undefined) say('They have set up their access already, and can sign in.');
  else say(invitationAddress({ settings }, { place: odsCode, token }));
}

function tellChange(change: PracticeChange): void {
  switch (change.outcome) {
    case 'changed':
      say('Done.');
      return;
    case 'no_change':
      throw new OperatorError('It is so already, or makes no sense. Nothing was changed.');
    case 'unknown_practice':
      throw new OperatorError(`There is no practice ${change.odsCode}.`);
    case 'closed_practice':
      throw new OperatorError(`The practice ${change.odsCode} is closed.`);
  }
}

async function setBoardAge(tools: OperatorTools, icbCode: string, [text = '']: Words): Promise<void> {
  const isNone = text === 'none';
  if (icbCode === '' || !(isNone || /^\d{1,2}$/u.test(text))) throw new OperatorError(usage);
  const years = isNone ? undefined : Number(text);
  const rule = { icbCode, years, staffId: 'operator' };
  const done = await tools.transact((deps) => setMinimumAge(deps, rule));
  if (done.outcome === 'out_of_range')
    throw new OperatorError('No board can set that age. Nothing was changed.');
  say('Done.');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
