import sharp, { type Sharp } from 'sharp';
import type { DocumentOrder, Flaw } from './document.ts';
import { layOut, type Sheet } from './layouts.ts';
import { openLettering } from './lettering.ts';

const photo = { width: 2000, height: 1500 };

/** @returns a JPEG of a document as a telephone takes it: on a desk, a little turned */
export async function photographDocument(order: DocumentOrder): Promise<Buffer> {
  const { flaws = [] } = order;
  const scene = onDesk(layOut(openLettering(), order), flaws);
  return develop(sharp(Buffer.from(scene)), flaws);
}

function onDesk(sheet: Sheet, flaws: readonly Flaw[]): string {
  const { width, height } = photo;
  const zoom = flaws.includes('cropped') ? 1.62 : flaws.includes('small') ? 0.42 : 1.36;
  const [x, y] = flaws.includes('cropped') ? [width / 2 + 260, height / 2 + 190] : [width / 2, height / 2];
  const place = `translate(${x} ${y}) rotate(-1.6) scale(${zoom}) translate(${-sheet.width / 2} ${-sheet.height / 2})`;
  const grain = Array.from({ length: 26 }, (_, index) => {
    const line = 30 + index * 58;
    return `<path d="M0 ${line}Q${width / 3} ${line + (index % 3) * 14 - 12} ${width} ${line + (index % 5) * 6}" fill="none" stroke="#6f5336" stroke-opacity="0.25" stroke-width="${2 + (index % 4)}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><defs><linearGradient id="desk" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#a17f5a"/><stop offset="1" stop-color="#80603f"/></linearGradient><radialGradient id="glare"><stop offset="0" stop-color="#fff"/><stop offset="0.55" stop-color="#fff" stop-opacity="0.96"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient></defs><rect width="${width}" height="${height}" fill="url(#desk)"/>${grain.join('')}<g transform="${place}"><rect x="10" y="16" width="${sheet.width}" height="${sheet.height}" rx="44" fill="#2b1d10" fill-opacity="0.35"/>${sheet.svg}</g>${flaws.includes('glare') ? `<ellipse cx="${width * 0.56}" cy="${height * 0.62}" rx="620" ry="420" fill="url(#glare)"/>` : ''}${flaws.includes('covered') ? thumb : ''}</svg>`;
}

/** A thumb that lies on the corner and on what is written there. */
const thumb =
  '<path d="M2000 1500L2000 900C1800 860 1500 960 1330 1120C1230 1220 1280 1360 1420 1360C1560 1360 1700 1400 1760 1500Z" fill="#c98d64"/><path d="M1330 1120C1240 1210 1290 1340 1400 1330C1440 1250 1420 1150 1330 1120Z" fill="#e9c2a6"/>';

function develop(image: Sharp, flaws: readonly Flaw[]): Promise<Buffer> {
  let developed = image.flatten({ background: '#80603f' });
  if (flaws.includes('blurred')) developed = developed.blur(11);
  if (flaws.includes('dark')) developed = developed.linear(0.16, 0);
  if (flaws.includes('light')) developed = developed.linear(0.5, 165);
  return developed.jpeg({ quality: 88 }).toBuffer();
}
