/**
 * XML as banks send it, read into a plain tree, and written from one. The library does the reading; what it would let through and
 * a bank's file has no need of is refused here: document types (so no entity but the five of XML itself, nothing fetched,
 * nothing that multiplies), other encodings than UTF-8, depth and size beyond what a notice can be.
 */
import { ProtocolError } from '@coinslot/protocol';
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';

/** One element. Names are without their prefixes: banks choose those as they please. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own text, white space at the ends taken off. */
  readonly text: string;
}

export interface XmlLimits {
  readonly bytesMax: number;
  readonly depthMax: number;
}

/** A thousand bookings take about a megabyte. */
export const BANK_XML_LIMITS: XmlLimits = Object.freeze({ bytesMax: 8 * 1_048_576, depthMax: 32 });

const PARSER = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  processEntities: false, // decoded below, by a list of five
  cdataPropName: '#cdata',
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: BANK_XML_LIMITS.depthMax,
});

/** The root element. Throws ProtocolError TOO_LARGE or BAD_ENCODING. */
export function readXml(bytes: Uint8Array, limits: XmlLimits = BANK_XML_LIMITS): XmlElement {
  if (bytes.length > limits.bytesMax)
    throw new ProtocolError('TOO_LARGE', `xml: ${bytes.length} bytes, ${limits.bytesMax} at most`);
  const source = utf8(bytes);
  // Anywhere, also where it would be text: no bank writes it, and a parser's idea of where it stands need not be ours.
  if (/<!(DOCTYPE|ENTITY)/i.test(source)) throw bad('a document type is not taken');
  if (/^\s*<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["']|us-ascii["'])/i.test(source)) throw bad('expected UTF-8');
  const [root, ...more] = parse(source).filter((node) => nameOf(node) !== '#text');
  if (root === undefined || more.length > 0) throw bad('expected one root element');
  return elementOf(root, limits.depthMax);
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw bad('not UTF-8', cause);
  }
}

/** The library's ordered form: one key that is the name, and `:@` with the attributes. */
type Node = Readonly<Record<string, unknown>>;

function parse(source: string): readonly Node[] {
  try {
    const verdict = XMLValidator.validate(source);
    if (verdict !== true) throw bad(`${verdict.err.msg} (line ${verdict.err.line})`);
    return PARSER.parse(source) as readonly Node[];
  } catch (cause) {
    throw cause instanceof ProtocolError ? cause : bad('not well-formed', cause);
  }
}

const nameOf = (node: Node): string => Object.keys(node).find((key) => key !== ':@') ?? '';

function elementOf(node: Node, depthLeft: number): XmlElement {
  if (depthLeft === 0) throw bad('too deep');
  const key = nameOf(node);
  const inner = node[key] as readonly Node[];
  const attributes = Object.entries((node[':@'] ?? {}) as Record<string, string>);
  return {
    name: withoutPrefix(key),
    attributes: Object.fromEntries(attributes.map(([name, value]) => [withoutPrefix(name), withoutEntities(value)])),
    children: inner.filter((one) => !nameOf(one).startsWith('#')).map((one) => elementOf(one, depthLeft - 1)),
    text: inner.map(textOf).join('').trim(),
  };
}

/** `xmlns:ns2` stays what it is. */
const withoutPrefix = (name: string): string => (name.startsWith('xmlns') ? name : name.slice(name.indexOf(':') + 1));

function textOf(node: Node): string {
  if ('#text' in node) return withoutEntities(node['#text'] as string);
  if (!('#cdata' in node)) return '';
  return (node['#cdata'] as readonly { readonly '#text'?: string }[]).map((one) => one['#text'] ?? '').join('');
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The five names of XML and numbers of characters; every other `&` is refused. */
function withoutEntities(text: string): string {
  return text.replace(/&(?:([a-z]+)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));|&/g, (_whole, name, decimal, hex) => {
    const named = name === undefined ? undefined : NAMED[name as string];
    if (named !== undefined) return named;
    const point = decimal === undefined ? parseInt(String(hex), 16) : Number(decimal);
    if (name !== undefined || !isCharacter(point)) throw bad('an entity that is not XML itself');
    return String.fromCodePoint(point);
  });
}

/** XML 1.0, production 2; `NaN` is none. */
const isCharacter = (point: number): boolean =>
  point === 0x9 ||
  point === 0xa ||
  point === 0xd ||
  (point >= 0x20 && point <= 0xd7ff) ||
  (point >= 0xe000 && point <= 0xfffd) ||
  (point >= 0x10000 && point <= 0x10ffff);

const bad = (why: string, cause?: unknown): ProtocolError =>
  new ProtocolError('BAD_ENCODING', `xml: ${why}`, cause === undefined ? {} : { cause });

/** The element that a path of names leads to, by the first of each. */
export function elementAt(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>(
    (here, name) => here?.children.find((child) => child.name === name),
    element,
  );
}

/** Its text; `undefined` for what is absent or empty. */
export function textAt(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  const text = elementAt(element, ...path)?.text;
  return text === '' ? undefined : text;
}

export const elementsAt = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

/** What is written: names to text, elements or several of them, in this order; `undefined` is left out; `@name` is an attribute. */
export interface XmlContent {
  readonly [name: string]: XmlContent | string | readonly XmlContent[] | readonly string[] | undefined;
}

const BUILDER = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: true, indentBy: ' ' });

/** The bytes of a document: UTF-8, one element a line. The same content gives the same bytes. */
export function writeXml(content: XmlContent): Uint8Array {
  const declaration = { '@version': '1.0', '@encoding': 'UTF-8' };
  return new TextEncoder().encode(BUILDER.build({ '?xml': declaration, ...content }));
}
