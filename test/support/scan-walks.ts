import { burstLimits } from '#face-checks';
import type { ScanStand } from '../../src/proofing/capture/scan/take-scan.ts';
import { drawPicture } from './pictures.ts';
import type { Person } from './person.ts';
import { anyPhoto, uploadPhoto } from './photo-walks.ts';
import { scriptData } from './video-walks.ts';
import { expectPage, type Traveller } from './walks.ts';
import { chooseWay, comeToWays } from './ways-walks.ts';

/** Where the pages of photo ID with a face scan are, below the journey. */
export const faceScan = 'photo-id-face-scan-';
/** What attempts, cases and decisions name it. */
export const scanMethod = 'photo-id-face-scan';

let drawn: Promise<Buffer> | undefined;

/** @returns a picture as a camera takes it; nobody here looks at what it shows */
function someFrame(): Promise<Buffer> {
  drawn ??= drawPicture({ width: 640, height: 480 });
  return drawn;
}

/** Comes from a service that needs them proven, chooses a face scan, photographs a passport, and gives leave for the scan. */
export async function comeToScan(person: Traveller): Promise<void> {
  await comeToFaceWay(person);
  await person.browser.submit({ faceWay: 'scan' });
  expectPage(person.browser, `${faceScan}scan`);
}

/** As {@link comeToScan}, up to where they choose between a scan and a video. */
export async function comeToFaceWay(person: Traveller, documentKind = 'passport'): Promise<void> {
  const { browser } = person;
  await comeToWays(person);
  await chooseWay(person, /face scan/u);
  expectPage(browser, `${faceScan}before-you-start`);
  await browser.submit();
  await browser.submit({ documentKind });
  await browser.submit();
  for (const side of ['front', 'back']) {
    if (!browser.page.address.pathname.endsWith(`${faceScan}${side}`)) continue;
    await uploadPhoto(person, await anyPhoto());
    await browser.press('Use this photo');
  }
  expectPage(browser, `${faceScan}face`);
}

/** What a page sends to where pictures go, with the ticket that it was shown. */
export class Scanner {
  readonly #browser: Person;
  readonly #ticket: string;
  #takenAt = 1000;

  constructor(browser: Person) {
    this.#browser = browser;
    this.#ticket = scriptData(browser.page, 'ticket');
  }

  begin(headers: Readonly<Record<string, string>> = {}): Promise<ScanStand> {
    return this.#post('/scans', { headers });
  }

  /** Sends pictures of an act. */
  async send(
    { act, at }: Pick<Extract<ScanStand, { state: 'act' }>, 'act' | 'at'>,
    frame?: Uint8Array,
  ): Promise<ScanStand> {
    const jpeg = Buffer.from(frame ?? (await someFrame()));
    const frames = Array.from({ length: burstLimits.fewestFrames }, () => jpeg);
    const times = frames.map(() => (this.#takenAt += 400));
    this.#takenAt += 1000;
    return this.#post('/scans/pictures', {
      headers: {
        'content-type': 'application/octet-stream',
        'scan-act': act,
        'scan-at': String(at),
        'scan-frames': frames.map(({ length }) => length).join(' '),
        'scan-times': times.join(' '),
      },
      body: Buffer.concat(frames),
    });
  }

  /** Does all that is asked. @returns how it ended, and what was asked */
  async doAll(): Promise<{ readonly end: ScanStand; readonly acts: readonly string[] }> {
    const acts: string[] = [];
    let stand = await this.begin();
    while (stand.state === 'act') {
      acts.push(stand.act);
      stand = await this.send(stand);
    }
    return { end: stand, acts };
  }

  /** @throws with the status, unless it is answered as a page expects */
  async #post(address: string, init: RequestInit): Promise<ScanStand> {
    const response = await this.#browser.send(address, {
      ...init,
      method: 'POST',
      headers: { 'scan-ticket': this.#ticket, 'sec-fetch-site': 'same-origin', ...init.headers },
    });
    if (response.status !== 200) throw new Error(`refused with ${response.status}`);
    // What it is, is what the product says that it sends.
    return (await response.json()) as ScanStand;
  }
}

/** From the page that scans, up to the page that shows everything once more. */
export async function scanFace({ browser }: Traveller): Promise<void> {
  const { end } = await new Scanner(browser).doAll();
  if (end.state !== 'complete') throw new Error(`the scan ended as ${end.state}`);
  await browser.submit();
  expectPage(browser, `${faceScan}check`);
}

/** All of it, up to what the page says afterwards. */
export async function sendScan(person: Traveller): Promise<void> {
  await comeToScan(person);
  await scanFace(person);
  await person.browser.submit({ isMe: 'yes' });
  expectPage(person.browser, `${faceScan}sent`);
}
