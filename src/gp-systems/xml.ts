import { SaxesParser } from 'saxes';

/** An element of an XML document. Prefixes are left out of names. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All text between its tags that is not within another element. */
  readonly text: string;
}

const deepest = 32;

interface Growing {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/**
 * Reads an XML document. Documents that declare a type are not read at all: nothing here has one, and entities that such a
 * document defines are a way to make this process work without end or read what is elsewhere.
 *
 * @returns its root; undefined if it is not well-formed, declares a type, or is nested too deep
 */
export function readXml(text: string): XmlElement | undefined {
  const parser = new SaxesParser({ xmlns: false });
  const open: Growing[] = [];
  let root: XmlElement | undefined;
  const stop = (): never => {
    throw new NotRead();
  };
  parser.on('error', stop);
  parser.on('doctype', stop);
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length === deepest) stop();
    const named = Object.entries(attributes).map(([key, value]) => [localName(key), value] as const);
    open.push({ name: localName(name), attributes: new Map(named), children: [], text: '' });
  });
  const addText = (more: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element === undefined) return;
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  try {
    parser.write(text).close();
  } catch {
    return undefined;
  }
  return root;
}

class NotRead extends Error {
  override readonly name = 'NotRead';
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** @returns the first element that is reached by these names, one within the other */
export function findIn(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  return names.reduce<XmlElement | undefined>(
    (found, name) => found?.children.find((child) => child.name === name),
    element,
  );
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\t\n\r]/gu, (character) => references[character] ?? character);
}

/** @param contents elements that are written already, or a text */
export function writeXml(
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  contents: readonly string[] | string = [],
): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeXml(value)}"`],
  );
  const inside = typeof contents === 'string' ? escapeXml(contents) : contents.join('');
  return `<${name}${given.join('')}>${inside}</${name}>`;
}

export function xmlDocument(root: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>${root}`;
}
