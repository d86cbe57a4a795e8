import { Fault } from '#foundation/errors';
import { createSecrets } from '#foundation/security';
import { listSigningKeys, retireSigningKey, rotateSigningKeys, signingKeyOnTheWire } from '#openid';
import { readMasterKey } from '../master-key.ts';
import { asOperator, OperatorError } from '../operator.ts';

const usage = `Changes the keys that sign tokens. Running processes follow within seconds.

  keys list              every key, one JSON line each
  keys rotate            the next key begins to sign, if it has been published for a day, and another is published
  keys rotate --now      the same without waiting; services that keep the key set may refuse tokens until they read it again
  keys retire KID        takes a key back at once, because it may be known to somebody

Tokens signed by a key that is taken back are accepted no more. If it is the one that signs, the next one signs at once.`;

await asOperator(async (tools) => {
  const [command, argument, ...rest] = process.argv.slice(2);
  const isNow = argument === '--now';
  const secrets = createSecrets(await readMasterKey(tools.settings));
  const change = <T>(work: (deps: Parameters<typeof rotateSigningKeys>[0]) => Promise<T>) =>
    inWords(() => tools.transact((deps) => work({ ...deps, secrets })));
  if (rest.length > 0) throw new OperatorError(usage);
  if (command === 'list' && argument === undefined) {
    for (const key of await change(listSigningKeys)) say(JSON.stringify(signingKeyOnTheWire(key)));
  } else if (command === 'rotate' && (argument === undefined || isNow)) {
    tellRotation(await change((deps) => rotateSigningKeys(deps, { evenIfTooSoon: isNow })));
  } else if (command === 'retire' && argument !== undefined) {
    tellRetirement(argument, await change((deps) => retireSigningKey(deps, argument)));
  } else {
    throw new OperatorError(usage);
  }
});

function tellRotation(rotation: Awaited<ReturnType<typeof rotateSigningKeys>>): void {
  switch (rotation.outcome) {
    case 'rotated':
      say(`${rotation.active} signs from now on.`);
      say(`${rotation.stopped} signs no more; it stays published until its last token is no longer checked.`);
      say(`${rotation.next} is published as the next one.`);
      return;
    case 'too_soon':
      throw new OperatorError(
        `The next key, ${rotation.next}, may sign from ${rotation.signsFrom.toISOString()} on: services need a day to notice it.
If the key that signs now may be known to somebody, take it back: keys retire KID. Only if you must: keys rotate --now.`,
      );
    case 'too_many':
      throw new OperatorError(
        `${rotation.published} keys are published, which is as many as may be. They leave by themselves, or by keys retire KID.`,
      );
    case 'rotated_meanwhile':
      throw new OperatorError(
        `Somebody else rotated the keys at the same moment; ${rotation.active} signs now.`,
      );
  }
}

function tellRetirement(kid: string, retirement: Awaited<ReturnType<typeof retireSigningKey>>): void {
  switch (retirement.outcome) {
    case 'retired':
      say(`${kid} is taken back and its private part deleted. It was ${retirement.was}.`);
      if (retirement.was === 'active' || retirement.was === 'retiring') {
        say(
          'Tokens that it signed are accepted here no more: services get new ones with their refresh tokens.',
        );
        say(
          'Services that keep the key set may accept them for up to an hour, until they read it again. Tell them.',
        );
      }
      say(`${retirement.active} signs, and ${retirement.next} is published as the next one.`);
      return;
    case 'retired_before':
      throw new OperatorError(`${kid} was retired before.`);
    case 'unknown':
      throw new OperatorError(`There is no key “${kid}”.`);
  }
}

/** What an operator can mend, in words. */
async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault && error.code === 'security.unsealable') {
      throw new OperatorError(
        'The keys are sealed under another master key. Set BEVAN_MASTER_KEY as the platform has it; nothing was changed.',
        { cause: error },
      );
    }
    if (error instanceof Fault && error.code === 'openid.no-signing-key') {
      throw new OperatorError(
        'There are no signing keys yet: the platform makes them when it first starts.',
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
