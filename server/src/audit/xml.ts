/**
 * XML of banks, read by the library and looked at by paths. Its own few lines, so that what a bank said is not read here by the
 * code that books it.
 */
import { exponentOf, ProtocolError } from '@coinslot/protocol';
import { XMLParser } from 'fast-xml-parser';

/** An element: its children, attributes (`@Ccy`) and text (`#text`) by name; several of a name are a list. */
export type Element = { readonly [name: string]: unknown };

const PARSER = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
});

/** Throws ProtocolError BAD_ENCODING for what is no XML. */
export function readDocument(bytes: Uint8Array): Element {
  try {
    const parsed = PARSER.parse(Buffer.from(bytes)) as unknown;
    return firstAt(parsed, 'Document') ?? {};
  } catch (cause) {
    throw new ProtocolError('BAD_ENCODING', 'xml: cannot be read', { cause });
  }
}

const isElement = (value: unknown): value is Element =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** All elements at a path, in their order. */
export function allAt(from: unknown, ...path: readonly string[]): readonly Element[] {
  const [name, ...rest] = path;
  if (name === undefined) return isElement(from) ? [from] : typeof from === 'string' ? [{ '#text': from }] : [];
  if (!isElement(from)) return [];
  const found = from[name];
  const list: readonly unknown[] = Array.isArray(found) ? found : found === undefined ? [] : [found];
  return list.flatMap((one) => allAt(one, ...rest));
}

export const firstAt = (from: unknown, ...path: readonly string[]): Element | undefined => allAt(from, ...path)[0];

/** The text at a path, white space at its ends taken off. */
export function textAt(from: unknown, ...path: readonly string[]): string | undefined {
  const text = firstAt(from, ...path)?.['#text'];
  return typeof text === 'string' ? text.trim() : undefined;
}

export interface Amount {
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** The amount at a path, whose currency is its attribute. Throws BAD_ENCODING for what is none. */
export function amountAt(from: unknown, ...path: readonly string[]): Amount | undefined {
  const element = firstAt(from, ...path);
  if (element === undefined) return undefined;
  const currency = typeof element['@Ccy'] === 'string' ? element['@Ccy'] : '';
  return { amountMinor: minorOf(textAt(element) ?? '', currency), currency };
}

/** Minor units of a decimal number. Throws BAD_ENCODING, OFFER_CURRENCY. */
export function minorOf(text: string, currency: string): bigint {
  const decimals = exponentOf(currency);
  const match = /^\+?(\d+)(?:\.(\d*))?$/.exec(text);
  const behind = match?.[2] ?? '';
  if (match === null || /[^0]/.test(behind.slice(decimals)))
    throw new ProtocolError('BAD_ENCODING', `amount: ${JSON.stringify(text)} is none of ${currency}`);
  return BigInt((match[1] as string) + behind.slice(0, decimals).padEnd(decimals, '0'));
}
