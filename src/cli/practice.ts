import { readEmail } from '#accounts';
import { namesPractice, readOdsCode, type OdsCode } from '#foundation/identifiers';
import { createSecrets } from '#foundation/security';
import { listPractices, loadSupplierPlugs, openPractice, readPractice } from '#gp-systems';
import { addMember, invitationAddress } from '#portals';
import { readMasterKey } from '../master-key.ts';
import { asOperator, OperatorError, type OperatorTools } from '../operator.ts';

const usage = `Lets GP practices and the first of their staff in.

  practice list                                       every practice, one JSON line each
  practice add ODS_CODE SUPPLIER NAME ADDRESS_LINE…   puts a practice in, with the supplier of its clinical system
  practice add-manager ODS_CODE EMAIL NAME            gives somebody the role of a manager, and prints the link by which
                                                      they set up their access; it works once, for 3 days

The manager invites everybody else. For somebody who has lost their access, and has nobody to ask, run add-manager again with
the same e-mail address and --again: it prints a new link.`;

await asOperator(async (tools) => {
  const [command, code = '', ...rest] = process.argv.slice(2);
  if (command === 'list' && code === '') {
    for (const practice of await listPractices(tools.database)) say(JSON.stringify(practice));
    return;
  }
  const odsCode = readOdsCode(code);
  if (odsCode === undefined || !['add', 'add-manager'].includes(command ?? ''))
    throw new OperatorError(usage);
  await (command === 'add' ? addPractice(tools, odsCode, rest) : addManager(tools, odsCode, rest));
});

async function addPractice(tools: OperatorTools, odsCode: OdsCode, rest: readonly string[]): Promise<void> {
  if (!namesPractice(odsCode)) throw new OperatorError(`${odsCode} stands for no practice.`);
  const [supplierId = '', name = '', ...addressLines] = rest;
  if (name === '' || addressLines.length === 0) throw new OperatorError(usage);
  const suppliers = (await loadSupplierPlugs()).map(({ id }) => id);
  if (!suppliers.includes(supplierId))
    throw new OperatorError(`There is no supplier “${supplierId}”. There are ${suppliers.join(', ')}.`);
  const practice = { odsCode, name, addressLines, supplierId };
  const opened = await tools.transact((deps) => openPractice(deps, practice));
  if (opened.outcome === 'known') throw new OperatorError(`There is a practice ${odsCode} already.`);
  say(JSON.stringify(practice));
}

async function addManager(tools: OperatorTools, odsCode: OdsCode, rest: readonly string[]): Promise<void> {
  const isAgain = rest.includes('--again');
  const [address = '', ...names] = rest.filter((word) => word !== '--again');
  const name = names.join(' ').trim();
  const email = readEmail(address);
  if (email.outcome !== 'valid' || name === '') throw new OperatorError(usage);
  if ((await readPractice(tools.database, odsCode))?.isOpen !== true)
    throw new OperatorError(`There is no open practice ${odsCode}. Put it in first: practice add.`);
  const secrets = createSecrets(await readMasterKey(tools.settings));
  const { settings } = tools;
  const member = { odsCode, name, email: email.email, roles: ['manager'], isAgain } as const;
  const { token } = await tools.transact((deps) => addMember({ ...deps, secrets, settings }, member));
  if (token === undefined) say('They have set up their access already, and can sign in.');
  else say(invitationAddress({ settings }, token));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
