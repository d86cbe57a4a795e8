import { tellOfChange } from '#accounts';
import { listOwnFiles, openFile, sendFile, type Evidence } from '#evidence';
import { notingDevice, readQuery, type Web } from '#foundation/http';
import type { PersonalData } from '#foundation/personal-data';
import { longDate } from '#foundation/web';
import type { Exchange } from '#openid';
import { collectPersonalData, wasJustDownloaded } from '#personal-data';
import type { Proofing } from '#proofing';
import { dayOf, momentOf } from '../moment.ts';
import { partAddress, type SettingsPart, type SettingsPerson } from '../part.ts';
import { showPage } from '../show-page.ts';
import { readable } from './readable.ts';

const id = 'download';
const pageId = 'download-page';
const dataId = 'download-data';
const fileId = 'download-file';

async function show(web: Web, { account }: SettingsPerson, exchange: Exchange) {
  const files = await listOwnFiles(web.house.deps, account.id);
  const language = web.visitors.language(exchange.request);
  return showPage(web, exchange, {
    page: 'journeys/settings/download',
    address: partAddress(id),
    data: {
      htmlAddress: partAddress(pageId),
      jsonAddress: partAddress(dataId),
      files: files.map(({ kind, mediaType, receivedAt, fileId: file }) => ({
        kind,
        name: `${kind}.${mediaType.split('/').at(-1)}`,
        date: longDate(dayOf(receivedAt), language),
        address: `${partAddress(fileId)}?file=${file}`,
      })),
    },
  });
}

/** Puts somebody's data together, and lets them know that it was taken away. */
async function take(web: Web, { account }: SettingsPerson, { request }: Exchange): Promise<PersonalData> {
  const { house } = web;
  await house.transact(async (plain) => {
    const deps = notingDevice(plain, request);
    const isRepeated = await wasJustDownloaded(deps, account.id);
    await deps.audit({ type: 'data.downloaded', accountId: account.id });
    if (!isRepeated) await tellOfChange(deps, { account, change: 'data-downloaded' });
  });
  return collectPersonalData(house.deps, account.id);
}

function pageSender(proofing: Proofing | undefined) {
  return async (web: Web, person: SettingsPerson, exchange: Exchange) => {
    const language = web.visitors.language(exchange.request);
    const data = await take(web, person, exchange);
    const methodTitle = (method: string) => proofing?.titleOf(method, language);
    const sections = readable(data, { language, methodTitle });
    const html = web.pages.render(
      'journeys/settings/download/document',
      { language, address: partAddress(pageId) },
      {
        madeAt: momentOf(web.house.clock.now(), language),
        email: person.account.email,
        sections: sections.filter(({ records }) => records.length > 0),
        empty: sections.filter(({ records }) => records.length === 0),
      },
    );
    return asFile(exchange, 'text/html; charset=utf-8', 'html').send(html);
  };
}

async function sendData(web: Web, person: SettingsPerson, exchange: Exchange) {
  const data = await take(web, person, exchange);
  const { issuer } = web.house.settings;
  const about = { issuer, madeAt: web.house.clock.now() };
  return asFile(exchange, 'application/json; charset=utf-8', 'json').send(
    `${JSON.stringify({ about, ...data }, undefined, 2)}\n`,
  );
}

function asFile({ reply }: Exchange, type: string, ending: string) {
  return reply.type(type).header('Content-Disposition', `attachment; filename="my-information.${ending}"`);
}

function fileSender(evidence: Evidence | undefined) {
  return async (web: Web, { account }: SettingsPerson, exchange: Exchange) => {
    const { request, reply } = exchange;
    const asked = readQuery(request.query, 'file');
    const own = (await listOwnFiles(web.house.deps, account.id)).find(({ fileId: file }) => file === asked);
    const reader = { by: 'owner', id: account.id } as const;
    const file =
      own === undefined || evidence === undefined
        ? undefined
        : await openFile(web.house, evidence, { fileId: own.fileId, bundleId: own.bundleId, reader });
    if (file === undefined) return web.problems.send(request, reply, 'not-found', { reference: 'CID0404' });
    return sendFile(request, reply, file);
  };
}

const sensitive = { section: 'information', isSensitive: true } as const;
const unlisted = { ...sensitive, isUnlisted: true, row: () => Promise.resolve({ text: '' }) } as const;

/** A copy of all that is held about somebody: to read, for a program, and each file that they sent. */
export function downloadParts(proofing: Proofing | undefined): readonly SettingsPart[] {
  return [
    { ...sensitive, id, row: () => Promise.resolve({ words: 'what' }), leadsTo: { show } },
    { ...unlisted, id: pageId, leadsTo: { show: pageSender(proofing) } },
    { ...unlisted, id: dataId, leadsTo: { show: sendData } },
    { ...unlisted, id: fileId, leadsTo: { show: fileSender(proofing?.tools.evidence) } },
  ];
}
