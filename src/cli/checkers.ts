import { readEmail } from '#accounts';
import { createSecrets } from '#foundation/security';
import { addMember, checkerDesk, invitationAddress } from '#portals';
import { readMasterKey } from '../master-key.ts';
import { asOperator, OperatorError } from '../operator.ts';

const usage = `Lets the first of those in who manage the desk where people's ID and videos are checked.

  checkers add-manager EMAIL NAME    gives somebody the role of a manager, and prints the link by which they set up their
                       [--again]     access: once, within 3 days; again, if it was lost

A manager invites everybody else, in the portal at /id-checker.`;

await asOperator(async (tools) => {
  const [command, ...words] = process.argv.slice(2);
  const isAgain = words.includes('--again');
  const [address = '', ...names] = words.filter((word) => word !== '--again');
  const name = names.join(' ').trim();
  const email = readEmail(address);
  if (command !== 'add-manager' || email.outcome !== 'valid' || name === '') throw new OperatorError(usage);
  const secrets = createSecrets(await readMasterKey(tools.settings));
  const { settings } = tools;
  const roles = ['manager'] as const;
  const member = { place: checkerDesk, name, email: email.email, roles, isAgain } as const;
  const { token } = await tools.transact((deps) => addMember({ ...deps, secrets, settings }, member));
  const line =
    token === undefined
      ? 'They have set up their access already, and can sign in.'
      : invitationAddress({ settings }, { place: checkerDesk, token });
  process.stdout.write(`${line}\n`);
});
