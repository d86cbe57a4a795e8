import nunjucks from 'nunjucks';

/** How many components are remembered, and how long the description of one may be. */
const mostRemembered = 500;
const mostCharacters = 4000;

const macroFile = /^nhsuk\/components\/[\w-]+\/macro\.njk$/u;
/** The only thing in a macro of the design system: its component's template. */
const templateOfMacro = /\{%-\s*include\s+"(?<template>nhsuk\/components\/[\w-]+\/template\.njk)"\s*-%\}/u;

/** Loads templates; the macros of the design system ask {@link rememberComponents} for what they make. */
export class TemplateLoader extends nunjucks.FileSystemLoader {
  override getSource(name: string): nunjucks.LoaderSource {
    const source = super.getSource(name);
    if (macroFile.test(name)) {
      source.src = source.src.replace(templateOfMacro, '{{- component("$<template>", params) -}}');
    }
    return source;
  }
}

/**
 * Remembers the components that templates ask for, by their parameters: most buttons, links and inputs are the same for
 * everybody, and components take longer to render than all of the page around them.
 */
export function rememberComponents(environment: nunjucks.Environment): void {
  const remembered = new Map<string, unknown>();
  environment.addGlobal('component', (template: string, params: object) => {
    const key = `${template} ${JSON.stringify(params)}`;
    const made =
      remembered.get(key) ?? new nunjucks.runtime.SafeString(environment.render(template, { params }));
    if (key.length > mostCharacters) return made;
    // Taken out and put back, it is the newest.
    remembered.delete(key);
    remembered.set(key, made);
    const [oldest] = remembered.keys();
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest);
    return made;
  });
}
