import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { addPageScripts } from './page-scripts.ts';
import { addPageStyles } from './page-styles.ts';

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
}

/** Style sheets and scripts, held in memory under addresses that change with their content. */
export interface Assets {
  /**
   * Address by name, such as `{ style: '/assets/3f…/style.css' }`. A script or style sheet beside a page has its place below `src` as its name:
   * `proofing/capture/photo/camera.js`.
   */
  readonly addresses: Readonly<Record<string, string>>;
  find(address: string): Asset | undefined;
}

/** The system's own sans-serif: the design system's licensed typeface is not ours to use. */
const systemFont = 'system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif';

const ourFolder = path.join(import.meta.dirname, 'assets');

/** Reads the design system's style sheet and script, takes its licensed typeface out, and adds our own. */
export async function loadAssets(): Promise<Assets> {
  const require = createRequire(import.meta.url);
  const kit = path.join(path.dirname(require.resolve('nhsuk-frontend/package.json')), 'dist/nhsuk');
  const [kitStyle, kitScript, ourStyle, ourScript, icon, tus, webauthn] = await Promise.all([
    readFile(path.join(kit, 'nhsuk-frontend.min.css'), 'utf8'),
    readFile(path.join(kit, 'nhsuk-frontend.min.js'), 'utf8'),
    readFile(path.join(ourFolder, 'style.css'), 'utf8'),
    readFile(path.join(ourFolder, 'script.js'), 'utf8'),
    readFile(path.join(ourFolder, 'icon.svg'), 'utf8'),
    readFile(
      path.join(path.dirname(require.resolve('tus-js-client/package.json')), 'dist/tus.min.js'),
      'utf8',
    ),
    readFile(
      path.join(require.resolve('@simplewebauthn/browser'), '../../dist/bundle/index.umd.min.js'),
      'utf8',
    ),
  ]);
  const found = new Map<string, Asset>();
  const addresses: Record<string, string> = {};
  const add = (name: string, file: string, type: string, text: string): string => {
    const body = Buffer.from(text);
    const digest = createHash('sha256').update(body).digest('base64url').slice(0, 12);
    const address = `/assets/${digest}/${file}`;
    found.set(address, { type, body, gzipped: gzipSync(body) });
    addresses[name] = address;
    return address;
  };
  add('style', 'style.css', 'text/css; charset=utf-8', withSystemFont(kitStyle) + ourStyle);
  const kitAddress = add(
    'kit',
    'nhsuk-frontend.js',
    'text/javascript; charset=utf-8',
    withoutSourceMap(kitScript),
  );
  add(
    'script',
    'script.js',
    'text/javascript; charset=utf-8',
    ourScript.replace('nhsuk-frontend', kitAddress),
  );
  add('icon', 'icon.svg', 'image/svg+xml', icon);
  // Sends what is long, for the pages that ask for it.
  add('tus', 'tus.js', 'text/javascript; charset=utf-8', withoutSourceMap(tus));
  // Speaks with the device, for the pages that take passkeys.
  add('webauthn', 'webauthn.js', 'text/javascript; charset=utf-8', webauthn);
  await addPageScripts((name, text) =>
    add(name, path.basename(name), 'text/javascript; charset=utf-8', text),
  );
  await addPageStyles((name, text) => add(name, path.basename(name), 'text/css; charset=utf-8', text));
  return { addresses, find: (address) => found.get(address) };
}

/** Drops the licensed typeface, and what would make browsers ask another host for it. */
export function withSystemFont(css: string): string {
  return withoutSourceMap(css)
    .replaceAll(/@font-face\s*\{[^}]*\}/gu, '')
    .replaceAll(/font-family:\s*"?Frutiger W01"?[^;}]*/gu, `font-family:${systemFont}`);
}

function withoutSourceMap(text: string): string {
  return text.replaceAll(/(\/\*# sourceMappingURL=[^*]*\*\/|\/\/# sourceMappingURL=\S*)/gu, '');
}
