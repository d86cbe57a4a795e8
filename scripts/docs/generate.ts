import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  createPasswordPolicy,
  daysToReact,
  daysUntilUnreachable,
  monthsUntilClosed,
  monthsUntilClosedUntold,
  monthsUntilTold,
  triesUntilUnreachable,
} from '#accounts';
import { loadProviderPlugs } from '#face-checks';
import { faults } from '#foundation/errors';
import type { JourneyDefinition } from '#foundation/journey';
import { houseSettings, type SettingDefinition } from '#foundation/settings';
import { loadSupplierPlugs } from '#gp-systems';
import { forEachJourney } from '#journeys';
import { loadSenderPlugs } from '#messaging';
import { inventory, omissions, type TableEntry } from '#personal-data';
import { openProofing } from '#proofing';
import { groupMeanings, reasonMeanings, reasons } from '#review';
import { z } from 'zod';
import { doors } from '../../src/house.ts';

const source = path.resolve(import.meta.dirname, '../../src');
const made = '<!-- Made by `npm run docs` from the code. Change the code, not this page. -->\n\n';

/** @returns every generated page, as path below the repository and text */
export async function generateDocs(): Promise<Map<string, string>> {
  return new Map([
    ['docs/settings.md', await settingsPage()],
    ['docs/errors.md', errorsPage()],
    ['docs/review-reasons.md', reasonsPage()],
    ['docs/house.md', await housePage()],
    ['docs/data-retention.md', retentionPage()],
    ...(await journeyPages()),
  ]);
}

async function settingsPage(): Promise<string> {
  const plugs = await loadSenderPlugs();
  const sections = plugs
    .filter((plug) => Object.keys(plug.settings).length > 0)
    .map(
      (plug) =>
        `## Sender \`${plug.id}\`\n\nRead only when a channel uses it.\n\n${settingsTable(Object.values(plug.settings))}`,
    );
  const suppliers = (await loadSupplierPlugs()).map(
    (plug) =>
      `## GP system \`${plug.id}\`\n\nAll that it needs, or none: then practices that have this system are not asked.\n\n${settingsTable(Object.values(plug.settings))}`,
  );
  const providers = (await loadProviderPlugs())
    .filter((plug) => Object.keys(plug.settings).length > 0)
    .map(
      (plug) =>
        `## Faces, \`${plug.id}\`\n\nRead only when \`BEVAN_FACE_CHECKS\` names it, or a sandbox uses it.\n\n${settingsTable(Object.values(plug.settings))}`,
    );
  return [
    `# Settings\n\n${made}Every setting is an environment variable. An empty one counts as not set. Production stops at the start, with a list, when something is missing or unsafe.`,
    settingsTable(Object.values(houseSettings)),
    ...sections,
    ...suppliers,
    ...providers,
    '',
  ].join('\n\n');
}

function settingsTable(definitions: readonly SettingDefinition[]): string {
  const rows = definitions.map(
    ({ variable, sentence, byDefault, requiredInProduction, sandboxOnly, secret }) => {
      const notes = [
        requiredInProduction === true ? 'Required in production.' : '',
        sandboxOnly === true ? 'Sandbox only.' : '',
        secret === true ? 'Secret.' : '',
      ].filter((note) => note !== '');
      return `| \`${variable}\` | ${[sentence, ...notes].join(' ')} | ${byDefault} |`;
    },
  );
  return ['| Variable | What it does | Without it |', '|---|---|---|', ...rows].join('\n');
}

function errorsPage(): string {
  const rows = Object.entries(faults).map(
    ([code, { statusCode, meaning }]) => `| \`${code}\` | ${statusCode} | ${meaning} |`,
  );
  const intro =
    'A fault is something that neither a person nor a service can mend. The person sees a page with a reference; the log has the line with the same reference, the code and its cause. What services are told is in the OpenID and OAuth specifications’ own words.';
  return `# Faults\n\n${made}${intro}\n\n| Code | Status | Meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function reasonsPage(): string {
  const noteWords = { required: 'must be written', optional: 'may be written', none: 'none' } as const;
  const groups = Object.entries(groupMeanings).map(([group, meaning]) => {
    const rows = reasons
      .filter((one) => one.group === group)
      .map(
        ({ code, note, alias = '–' }) =>
          `| \`${code}\` | ${reasonMeanings[code]} | ${noteWords[note]} | ${alias} |`,
      );
    return `## ${group}: ${meaning}\n\n| Code | Meaning | Note | Alias |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  const intro =
    'For these reasons somebody is declined who has sent documents to prove who they are. Each has a code of its own, which is what is kept, counted and written into the audit trail. The alias is the code that an earlier system had for it, where several reasons shared one. The person never reads the code or the note: they are told what to do next.';
  return `# Reasons of a declined check\n\n${made}${intro}\n\n${groups.join('\n')}`;
}

function retentionPage(): string {
  const entries = Object.entries(inventory);
  const own = entries.flatMap(([name, entry]) => (entry.whose === 'owner' ? [{ name, ...entry }] : []));
  const others = entries.flatMap(([name, entry]) =>
    entry.whose !== 'owner' && (entry.kept !== undefined || entry.stays !== undefined)
      ? [{ name, ...entry }]
      : [],
  );
  const nobodys = entries.flatMap(([name, entry]) =>
    entry.whose !== 'owner' && entry.kept === undefined && entry.stays === undefined
      ? [`\`${name}\` (${entry.holds})`]
      : [],
  );
  const ownRows = own.map(
    ({ name, holds, kept, section, notTold = '', stays }) =>
      `| \`${name}\` | ${holds} | ${kept} | ${section === undefined ? `not: ${notTold}` : `\`${section}\``} | ${stays ?? 'erased'} |`,
  );
  const otherRows = others.map(
    ({ name, holds, kept, section, stays = '' }) =>
      `| \`${name}\` | ${holds} | ${kept ?? '–'} | ${section === undefined ? '–' : `\`${section}\``} | ${stays} |`,
  );
  return [
    `# What is kept about people, for how long, and what goes when\n\n${made}A test reads the database and insists that each table is here, that the download has each column that is not on the list below, and that nothing of somebody is found after their login is closed but what is said here.`,
    `## When an account is closed\n\nSomebody closes their login themselves (\`/settings/close-account\`, with all factors proven within ten minutes), or it is closed because nobody uses it: after ${monthsUntilTold} months without a sign-in its owner gets an e-mail, and after ${monthsUntilClosed} months, at least ${daysToReact} days after a sender has taken over that e-mail, it is closed. What could not be sent is written anew; where the mailbox refuses it for good, or puts it off for the three days for which it is tried, a text message tells. Whoever neither reaches, in ${triesUntilUnreachable} tries or more over ${daysUntilUnreachable} days or longer, is not waited for any more: their account is closed after ${monthsUntilClosedUntold} months without a sign-in, with the reason \`unreachable\` in the audit trail ([why](decisions/0057-who-cannot-be-told.md)). A sign-in in between keeps it. Both happen at once and for good: every room forgets the account in one transaction, its owner gets a last e-mail, and the address can be used for a new login, which has to prove anew whose it is.\n\nServices keep what they have received themselves, and the health record stays as it is.`,
    `## Of people who have a login\n\n| Table | What is in it | How long | In the download | When the login is closed |\n|---|---|---|---|---|\n${ownRows.join('\n')}`,
    `## Of others, where something about a person can be\n\nPractices keep records of their own patients here. Somebody whose identity is proven (P9) is told them in the download; somebody who has only given details of a patient (P5) is not, as it may be another’s.\n\n| Table | What is in it | How long | In the download of somebody who is proven | Why it stays when a login is closed |\n|---|---|---|---|---|\n${otherRows.join('\n')}`,
    `## What of a table is not in the download, and why\n\n${Object.entries(omissions)
      .map(([kind, why]) => `- **${kind}**: ${why}.${columnsOmitted(kind)}`)
      .join('\n')}`,
    `## Of nobody\n\n${nobodys.join(', ')}.`,
    `## Outside the database\n\n- **The store of photos and videos** (\`BEVAN_EVIDENCE_S3_…\`), if there is one: objects are removed within minutes, and once more an hour later. Their key is gone at once, so what is left of them anywhere can’t be read.\n- **Logs** name no person, address, number or secret. Keep them for a year at most.\n- **Backups** have what the database had. After one is restored, let the platform run: what is past its time goes again, and accounts that were closed since have to be closed again. \`account.closed\` in the audit trail of the lost database says which.`,
    '',
  ].join('\n\n');
}

function columnsOmitted(kind: string): string {
  const columns = Object.entries<TableEntry>(inventory).flatMap(([name, { omitted = {} }]) =>
    Object.entries(omitted)
      .filter(([, why]) => why === kind)
      .map(([column]) => `\`${name}.${column}\``),
  );
  return columns.length === 0 ? '' : ` ${columns.join(', ')}.`;
}

async function housePage(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(doors).map(async ([room, opens]) => {
      const readme = await readFile(path.join(source, room, 'README.md'), 'utf8');
      const about = readme.split('\n\n')[1]?.replaceAll('\n', ' ') ?? '';
      return `| \`${room}\` | ${about} | ${opens.map((other) => `\`${other}\``).join(', ') || '–'} |`;
    }),
  );
  const arrows = Object.entries(doors).flatMap(([room, opens]) =>
    opens.map((other) => `  ${room} --> ${other}`),
  );
  const intro =
    'A file may import from its own room, from the doors of the foundation, and from the doors of the rooms listed for its room, and nothing else. `src/house.ts` is the list; a check enforces it.';
  return `# The house\n\n${made}${intro}\n\n| Room | What it is | May open |\n|---|---|---|\n${rows.join('\n')}\n\n\`\`\`mermaid\nflowchart TD\n${arrows.join('\n')}\n\`\`\`\n`;
}

/** A page of several states has a title for each; it goes by its place. */
const titled = z.object({ title: z.string().optional() });

async function journeyPages(): Promise<[string, string][]> {
  const drawn: Promise<[string, string]>[] = [];
  const draw = <A, C>(journey: JourneyDefinition<A, C>): void => {
    drawn.push(journeyPage(journey));
  };
  const proofing = await openProofing(
    { mode: 'sandbox', proofingMethods: undefined },
    { register: undefined, gpSystems: undefined, evidence: undefined },
  );
  forEachJourney({ passwordPolicy: createPasswordPolicy(), register: undefined, proofing }, draw);
  return Promise.all(drawn);
}

async function journeyPage<A, C>(journey: JourneyDefinition<A, C>): Promise<[string, string]> {
  const steps = await Promise.all(
    journey.steps.map(async (step) => {
      const content: unknown = JSON.parse(
        await readFile(path.join(source, step.page, 'content.en.json'), 'utf8'),
      );
      return { ...step, title: titled.parse(content).title ?? path.basename(step.page) };
    }),
  );
  const nodes = steps.map(({ path: name, title, appliesWhen, isFinal }) => {
    const label = `${title.replaceAll('"', '')}<br><code>${name}</code>${isFinal === true ? '<br>closes what came before' : ''}`;
    return appliesWhen === undefined ? `  ${name}["${label}"]` : `  ${name}(["${label}"])`;
  });
  const arrows = steps.slice(1).map((step, index) => `  ${steps[index]?.path ?? ''} --> ${step.path}`);
  const last = steps.at(-1)?.path ?? '';
  const buttons = steps.flatMap(({ path: name, actions }) =>
    Object.keys(actions ?? {}).map((action) => `- \`${name}/${action}\``),
  );
  const others = buttons.length === 0 ? '' : `\nOther buttons:\n\n${buttons.join('\n')}\n`;
  const text = `# Journey \`${journey.id}\`\n\n${made}Rounded pages are shown only when they apply. The next page is the first that applies and isn’t done.\n\n\`\`\`mermaid\nflowchart TD\n${[...nodes, ...arrows, `  ${last} --> done((done))`].join('\n')}\n\`\`\`\n${others}`;
  return [`docs/journeys/${journey.id}.md`, text];
}
