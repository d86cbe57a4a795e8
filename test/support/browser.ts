import { chromium, type Browser } from 'playwright-core';
import { chromiumInstructions, findChromium } from '../../scripts/chromium.mjs';

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts Chromium without a window. It talks to nobody but the pages that a test opens. Close it when the file ends.
 *
 * @param more arguments that it is started with, for example to have a camera
 * @param how.isWhole whether it has to be a whole Chromium, as with a camera, or to show a PDF. Otherwise it is the smaller one that shows
 *   pages alone, where there is one
 * @throws {Error} that says how to get a Chromium, where there is none
 */
export async function launchBrowser(
  more: readonly string[] = [],
  { isWhole = more.length > 0 }: { readonly isWhole?: boolean } = {},
): Promise<Browser> {
  const shell = isWhole ? undefined : process.env['BEVAN_HEADLESS_SHELL'];
  const executablePath = shell || findChromium();
  if (executablePath === undefined) throw new Error(chromiumInstructions);
  // Chromium's sandbox can't be set up by root.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath,
    args: [...flags, ...more, ...(isRoot ? ['--no-sandbox'] : [])],
  });
}
