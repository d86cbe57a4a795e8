import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import nunjucks from 'nunjucks';
import { Fault } from '#foundation/errors';
import type { Assets } from './assets.ts';
import { rememberComponents, rememberFixedParts, rememberMacros, TemplateLoader } from './components.ts';
import { readContent, translator, type Content, type Translate, type Values } from './content.ts';
import type { Language } from './language.ts';

/** What every page is given besides its own data. */
export interface PageFrame {
  readonly language: Language;
  /** The address of this page, for the language switch. */
  readonly address: string;
  /** What the language switch must keep of its query. */
  readonly query?: string;
  /** Hidden form field against forged posts. */
  readonly csrf?: string;
  /** Where “Back” leads; no link without one. */
  readonly back?: string;
  /** Words for fields: `key` stands below `errors.<field>` in the page's content. */
  readonly fieldErrors?: readonly { readonly field: string; readonly key: string; readonly values: Values }[];
  /** A key below `notices` in the page's content. */
  readonly notice?: string | undefined;
}

/** Renders pages: a page is a folder with `page.njk`, `content.en.json` and `content.cy.json`. */
export interface Pages {
  /**
   * @param page the folder below `src`, such as `journeys/sign-in/enter-password`
   * @param data what the template shows; a page sees nothing else
   * @throws {Fault} `web.content` for an unknown page or missing words
   */
  render(page: string, frame: PageFrame, data?: Readonly<Record<string, unknown>>): string;
  /** Every page folder, for tests that walk them all. */
  readonly all: readonly string[];
}

const sourceFolder = path.resolve(import.meta.dirname, '../..');
const layoutFolder = 'foundation/web';

/**
 * Loads every page's words.
 *
 * @param house.serviceName the login's own name
 * @param house.sandbox whether pages carry the sandbox banner
 * @param house.hasTerms whether pages link to terms of use
 */
export async function createPages(house: {
  serviceName: string;
  supportContact: string;
  sandbox: boolean;
  hasTerms?: boolean;
  assets: Assets;
}): Promise<Pages> {
  const contents = await readAllContents();
  const layout = contents.get(layoutFolder);
  if (layout === undefined) throw new Fault('web.content', { cause: layoutFolder });
  const kit = path.dirname(createRequire(import.meta.url).resolve('nhsuk-frontend/package.json'));
  const loader = new TemplateLoader([sourceFolder, path.join(kit, 'dist')]);
  const environment = new nunjucks.Environment(loader, { autoescape: true, throwOnUndefined: false });
  rememberComponents(environment);
  rememberMacros(environment);
  rememberFixedParts(environment);
  environment.addGlobal('serviceName', house.serviceName);
  environment.addGlobal('supportContact', house.supportContact);
  environment.addGlobal('sandbox', house.sandbox);
  environment.addGlobal('hasTerms', house.hasTerms === true);
  environment.addGlobal('assets', house.assets.addresses);
  const words = { serviceName: house.serviceName, supportContact: house.supportContact };
  const speakers = new Map(
    [...contents].map(([page, content]) => {
      const above = foldersAbove(page).flatMap((folder) => contents.get(folder) ?? []);
      const speakerOf = (language: Language) =>
        translator(
          language,
          [content, ...above, layout].map((one) => one[language]),
          words,
        );
      return [page, { en: speakerOf('en'), cy: speakerOf('cy') }];
    }),
  );
  return {
    all: [...contents.keys()].filter((folder) => existsSync(path.join(sourceFolder, folder, 'page.njk'))),
    render: (page, frame, data = {}) => {
      const speak = speakers.get(page)?.[frame.language];
      if (speak === undefined) throw new Fault('web.content', { cause: page });
      return environment.render(`${page}/page.njk`, {
        ...data,
        page,
        language: frame.language,
        otherLanguage: frame.language === 'en' ? 'cy' : 'en',
        address: frame.address,
        query: frame.query,
        csrf: frame.csrf,
        back: frame.back,
        notice: frame.notice === undefined ? undefined : speak(`notices.${frame.notice}`),
        ...describeErrors(frame, speak),
        t: speak,
      });
    },
  };
}

/** Pages that belong together have words in common, in a folder above them. */
function foldersAbove(page: string): string[] {
  const parts = page.split('/');
  return parts.map((_, index) => parts.slice(0, -1 - index).join('/')).filter((folder) => folder !== '');
}

function describeErrors(frame: PageFrame, speak: Translate) {
  const described = (frame.fieldErrors ?? []).map(({ field, key, values }) => ({
    field,
    text: speak(`errors.${field === '' ? 'form' : field}.${key}`, values),
  }));
  return {
    errors: Object.fromEntries(described.map(({ field, text }) => [field, text])),
    errorList: described.map(({ field, text }) => ({
      text,
      href: `#${field === '' ? 'maincontent' : field}`,
    })),
  };
}

async function readAllContents(): Promise<Map<string, Record<Language, Content>>> {
  const entries = await readdir(sourceFolder, { recursive: true });
  const folders = entries
    .filter((entry) => path.basename(entry) === 'content.en.json')
    .map((entry) => path.dirname(entry));
  const contents = new Map<string, Record<Language, Content>>();
  for (const folder of folders.toSorted()) {
    contents.set(folder.split(path.sep).join('/'), await readContent(path.join(sourceFolder, folder)));
  }
  return contents;
}
