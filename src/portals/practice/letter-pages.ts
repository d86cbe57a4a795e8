import type { FastifyReply } from 'fastify';
import { param, show } from '../desk/portal.ts';
import { writeAct } from '../acts/acts.ts';
import { hasLetter, takeLetter, type LetterContents } from '../patients/store.ts';
import { supplierAt, type AtDesk, type Desk, type Portal } from './desk.ts';
import type { Letter } from './letter/letter.ts';

const mayCheck = ['verifier', 'voucher'] as const;

/** Mounts the letter with the details: who has issued it opens it, once. */
export function mountLetters(portal: Portal, desk: Desk): void {
  desk.get('/letters/:letter', mayCheck, (at) => showLetter(portal, at));
  desk.post('/letters/:letter', mayCheck, (at) => printLetter(portal, at));
}

function ownerOf(at: AtDesk) {
  return { id: param(at.request, 'letter'), sessionHash: at.staff.sessionHash, odsCode: at.odsCode };
}

async function showLetter(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { deps, clock } = portal.house;
  const isThere = await hasLetter(deps.db, { ...ownerOf(at), now: clock.now() });
  return show(portal, at, isThere ? 'letter-ready' : 'letter-gone', {}, { status: isThere ? 200 : 410 });
}

/** Hands the letter out, once: it is gone if and only if it was made. */
async function printLetter(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { house } = portal;
  const { odsCode, staff } = at;
  const words = await supplierAt(portal, at);
  // Loaded when first needed: what draws it takes more memory than the rest of the portal.
  const { makeLetter } = await import('./letter/letter.ts');
  const pdf = await house.transact(async (deps) => {
    const taken = await takeLetter(deps, { ...ownerOf(at), now: deps.clock.now() });
    if (taken === undefined) return undefined;
    const { contents } = taken;
    await writeAct(deps, { place: odsCode, staffId: staff.staffId, type: 'printed' });
    await deps.audit({
      type: 'details.printed',
      details: { id: taken.issuedId, odsCode, staffId: staff.staffId },
    });
    return makeLetter(letterOf(portal, at, contents, words?.words[contents.language].details));
  });
  if (pdf === undefined) return show(portal, at, 'letter-gone', {}, { status: 410 });
  return at.reply
    .header('Content-Security-Policy', pdfPolicy)
    .header('Content-Disposition', 'inline; filename="letter.pdf"')
    .type('application/pdf')
    .send(pdf);
}

/** Browsers show a PDF in a viewer of their own, which draws with styles and pictures of its own. */
const pdfPolicy =
  "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

function letterOf(
  { house }: Portal,
  { practice }: AtDesk,
  contents: LetterContents,
  names: Letter['names'],
): Letter {
  const { patientName, odsCode, accountId, linkageKey, ...rest } = contents;
  const { serviceName, supportContact } = house.settings;
  const { name, addressLines, phone } = practice;
  return {
    practice: { name, addressLines, phone, odsCode: practice.odsCode },
    patientName,
    details: { gpUserId: accountId, odsCode, gpLinkageKey: linkageKey },
    names,
    ...rest,
    serviceName,
    supportContact,
  };
}
