/**
 * @peculiar/x509 loads tsyringe, which will not start without three functions of an old decorators proposal. They keep
 * notes on classes; a table of notes is all they need, so no polyfill is installed for them. One that is there is left alone.
 */
const notes = new WeakMap<object, Map<unknown, unknown>>();

function own(key: unknown, target: object): unknown {
  return notes.get(target)?.get(key);
}

function inherited(key: unknown, target: object): unknown {
  let owner: object | null = target;
  while (owner !== null && notes.get(owner)?.has(key) !== true) owner = Object.getPrototypeOf(owner) as object | null;
  return owner === null ? undefined : own(key, owner);
}

function define(key: unknown, value: unknown, target: object): void {
  const ofTarget = notes.get(target) ?? new Map<unknown, unknown>();
  notes.set(target, ofTarget.set(key, value));
}

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { getMetadata: inherited, getOwnMetadata: own, defineMetadata: define });
}
