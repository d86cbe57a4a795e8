import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const systemFont = 'system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif';

const own = `
body { overflow-wrap: break-word; }
:is(p, td, th) code { color: #212b32; }
.riverbank-header { background: #3d4b2f; padding: 16px 0; }
.riverbank-header a, .riverbank-header a:visited { color: #fff; font-size: 1.5rem; font-weight: 600; text-decoration: none; }
.riverbank-header a:focus { color: #212b32; }
.riverbank-note { border-left: 8px solid #3d4b2f; padding: 8px 16px; background: #fff; }
.riverbank-scroll { overflow-x: auto; }
.riverbank-scroll table { table-layout: fixed; min-width: 36rem; }
.riverbank-scroll th:first-child { width: 22%; overflow-wrap: anywhere; }
.riverbank-scroll td:last-child { width: 33%; }
.riverbank-scroll thead th:last-child { width: 33%; }
.riverbank-value { overflow-wrap: anywhere; white-space: pre-wrap; }
.riverbank-inline { display: inline-block; margin-right: 16px; }
`;

/** The design system's style sheet with the system's own typeface, and ours. */
export function readStyle(): string {
  const kit = path.dirname(createRequire(import.meta.url).resolve('nhsuk-frontend/package.json'));
  const css = readFileSync(path.join(kit, 'dist/nhsuk/nhsuk-frontend.min.css'), 'utf8')
    .replaceAll(/@font-face\s*\{[^}]*\}/gu, '')
    .replaceAll(/font-family:\s*"?Frutiger W01"?[^;}]*/gu, `font-family:${systemFont}`)
    .replaceAll(/\/\*# sourceMappingURL=[^*]*\*\//gu, '');
  return css + own;
}
