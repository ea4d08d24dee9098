/** Texts, numbers and objects that can be read off the sources without running them. */
import { isNode, memberName, nameOf, partOf, partsOf, unwrapped, type Node } from './nodes.ts';
import type { Placed, Scope } from './scopes.ts';

const STEPS_MAX = 16;

/** Every text that an expression may be; undefined when that cannot be read. */
export function textsOf(node: Node | undefined, scope: Scope, steps = 0): readonly string[] | undefined {
  const placed = constantOf(node, scope, steps);
  if (placed === undefined) return undefined;
  const { node: one, scope: within } = placed;
  if (one.type === 'StringLiteral') return [one['value'] as string];
  if (one.type === 'TemplateLiteral' && partsOf(one, 'expressions').length === 0) {
    const value = partsOf(one, 'quasis')[0]?.['value'] as { cooked?: string } | undefined;
    return value?.cooked === undefined ? undefined : [value.cooked];
  }
  if (one.type !== 'ConditionalExpression' || steps > STEPS_MAX) return undefined;
  const branches = ['consequent', 'alternate'].map((name) => textsOf(partOf(one, name), within, steps + 1));
  return branches.some((texts) => texts === undefined) ? undefined : branches.flatMap((texts) => texts ?? []);
}

/** A number that is written out, or undefined. */
export function numberOf(node: Node | undefined, scope: Scope): number | undefined {
  const one = constantOf(node, scope)?.node;
  return one?.type === 'NumericLiteral' ? (one['value'] as number) : undefined;
}

/** The properties of an object that is written out: by key, in its order; undefined when any cannot be read. */
export function propertiesOf(node: Node | undefined, scope: Scope, steps = 0): ReadonlyMap<string, Placed> | undefined {
  const placed = constantOf(node, scope, steps);
  if (placed?.node.type !== 'ObjectExpression' || steps > STEPS_MAX) return undefined;
  const found = new Map<string, Placed>();
  for (const property of partsOf(placed.node, 'properties')) {
    if (property.type === 'SpreadElement') {
      const spread = propertiesOf(partOf(property, 'argument'), placed.scope, steps + 1);
      if (spread === undefined) return undefined;
      spread.forEach((value, key) => found.set(key, value));
      continue;
    }
    const key = keyOf(property);
    if (key === undefined) return undefined;
    found.set(key, { node: partOf(property, 'value') ?? property, scope: placed.scope });
  }
  return found;
}

/** A property's key; undefined when it is worked out. */
export const keyOf = (property: Node): string | undefined => {
  const key = partOf(property, 'key');
  return property['computed'] === true && key?.type !== 'StringLiteral' ? undefined : nameOf(key);
};

/** The expression itself, or the one that its name or `NAMES.bossDoor` stands for. */
function constantOf(node: Node | undefined, scope: Scope, steps = 0): Placed | undefined {
  const one = unwrapped(node);
  if (!isNode(one) || steps > STEPS_MAX) return undefined;
  if (one.type === 'Identifier') {
    const found = scope.find(nameOf(one) ?? '');
    return found && constantOf(found.node, found.scope, steps + 1);
  }
  const member = memberName(one);
  if (member === undefined) return one.type.endsWith('MemberExpression') ? undefined : { node: one, scope };
  const property = propertiesOf(partOf(one, 'object'), scope, steps + 1)?.get(member);
  return property && constantOf(property.node, property.scope, steps + 1);
}
