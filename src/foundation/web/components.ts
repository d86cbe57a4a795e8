import { Fault } from '#foundation/errors';
import nunjucks from 'nunjucks';

/** How many components are remembered, and how long the description of one may be. */
const mostRemembered = 500;
const mostCharacters = 4000;

const macroFile = /^nhsuk\/components\/[\w-]+\/macro\.njk$/u;
/** The only thing in a macro of the design system: its component's template. */
const templateOfMacro = /\{%-\s*include\s+"(?<template>nhsuk\/components\/[\w-]+\/template\.njk)"\s*-%\}/u;

const imports = /\{% from "(?<file>[\w/-]+\.njk)" import (?<names>\w+(?:, \w+)*) %\}/gu;

/**
 * Loads templates. The macros of the design system ask {@link rememberComponents} for what they make, and templates ask
 * {@link rememberMacros} for what they import.
 */
export class TemplateLoader extends nunjucks.FileSystemLoader {
  override getSource(name: string): nunjucks.LoaderSource {
    const source = super.getSource(name);
    if (macroFile.test(name)) {
      source.src = source.src.replace(templateOfMacro, '{{- component("$<template>", params) -}}');
    }
    source.src = source.src.replaceAll(imports, (_import, file: string, names: string) =>
      names
        .split(', ')
        .map((macro) => `{% set ${macro} = macro("${file}", "${macro}") %}`)
        .join(''),
    );
    return source;
  }
}

/**
 * Remembers the components that templates ask for, by their parameters: most buttons, links and inputs are the same for
 * everybody, and components take longer to render than all of the page around them.
 */
export function rememberComponents(environment: nunjucks.Environment): void {
  let recent = new Map<string, unknown>();
  let earlier = recent;
  environment.addGlobal('component', (template: string, params: object) => {
    const key = `${template} ${JSON.stringify(params)}`;
    const known = recent.get(key);
    if (known !== undefined) return known;
    const made =
      earlier.get(key) ?? new nunjucks.runtime.SafeString(environment.render(template, { params }));
    if (key.length > mostCharacters) return made;
    if (recent.size >= mostRemembered / 2) {
      earlier = recent;
      recent = new Map();
    }
    recent.set(key, made);
    return made;
  });
}

/** Remembers macros by their file and name: imported, they would be made anew for every page. */
export function rememberMacros(environment: nunjucks.Environment): void {
  const files = new Map<string, Readonly<Record<string, unknown>>>();
  const read = (file: string): Readonly<Record<string, unknown>> => {
    let macros: Readonly<Record<string, unknown>> = {};
    environment.renderString(`{% import "${file}" as macros %}{{ take(macros) }}`, {
      take: (given: Readonly<Record<string, unknown>>) => {
        macros = given;
      },
    });
    files.set(file, macros);
    return macros;
  };
  environment.addGlobal('macro', (file: string, name: string) => {
    const macro = (files.get(file) ?? read(file))[name];
    if (macro === undefined) throw new Fault('web.content', { cause: `${name} of ${file}` });
    return macro;
  });
}

/** Remembers the parts of the layout that are the same on every page in a language, as they have no words but the layout's. */
export function rememberFixedParts(environment: nunjucks.Environment): void {
  const remembered = new Map<string, unknown>();
  environment.addGlobal('fixedPart', (template: string, language: string, t: unknown) => {
    const key = `${template} ${language}`;
    const made =
      remembered.get(key) ?? new nunjucks.runtime.SafeString(environment.render(template, { t }).trim());
    remembered.set(key, made);
    return made;
  });
}
