/**
 * The syntax tree as far as it is looked at: a node's kind, its place, and its parts by name. The parser's own types are a union of
 * 250 kinds; a dozen are read here, each by the parts it is documented to have (https://github.com/estree/estree and Babel's AST).
 */
export interface Node {
  readonly type: string;
  readonly start?: number | null;
  readonly end?: number | null;
  readonly loc?: { readonly start: { readonly line: number; readonly column: number } } | null;
  readonly [part: string]: unknown;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** A part that is one node, or undefined. */
export function partOf(node: Node | undefined, name: string): Node | undefined {
  const part = node?.[name];
  return isNode(part) ? part : undefined;
}

/** A part that is a list of nodes; holes are left out. */
export function partsOf(node: Node | undefined, name: string): readonly Node[] {
  const parts = node?.[name];
  return Array.isArray(parts) ? parts.filter(isNode) : [];
}

/** Every node directly below. */
export const childrenOf = (node: Node): readonly Node[] =>
  Object.values(node).flatMap((part) => (Array.isArray(part) ? part.filter(isNode) : isNode(part) ? [part] : []));

/** An identifier's name, or a literal key's text; undefined for anything that is worked out. */
export function nameOf(node: Node | undefined): string | undefined {
  if (node?.type === 'Identifier' && typeof node['name'] === 'string') return node['name'];
  return node?.type === 'StringLiteral' && typeof node['value'] === 'string' ? node['value'] : undefined;
}

/** What stands inside `as const`, `satisfies`, `!`, a type assertion or parentheses. */
export function unwrapped(node: Node | undefined): Node | undefined {
  const isWrapper =
    node !== undefined &&
    /^(TSAsExpression|TSSatisfiesExpression|TSNonNullExpression|TSTypeAssertion|ParenthesizedExpression)$/.test(
      node.type,
    );
  return isWrapper ? unwrapped(partOf(node, 'expression')) : node;
}

/** Name of the method or property of `a.b`, `a?.b`, `a['b']`; undefined for others. */
export function memberName(node: Node | undefined): string | undefined {
  if (node?.type !== 'MemberExpression' && node?.type !== 'OptionalMemberExpression') return undefined;
  const property = partOf(node, 'property');
  return node['computed'] === true && property?.type !== 'StringLiteral' ? undefined : nameOf(property);
}
