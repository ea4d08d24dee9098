/** Who a session belongs to. The operator is one: whoever has the token. */
export type Subject =
  | { readonly role: 'player'; readonly userId: Uint8Array }
  | { readonly role: 'publisher'; readonly publisherId: string }
  | { readonly role: 'operator' };

export type SubjectRole = Subject['role'];

export function nameOf(subject: Subject): string {
  switch (subject.role) {
    case 'player':
      return `player ${Buffer.from(subject.userId).toString('hex')}`;
    case 'publisher':
      return `publisher ${subject.publisherId}`;
    case 'operator':
      return 'operator';
  }
}

/** Of a name as `nameOf` makes it; `undefined` for any other. */
export function subjectOf(name: string): Subject | undefined {
  const [, role, id = ''] = /^(player|publisher|operator)(?: (.+))?$/.exec(name) ?? [];
  if (role === 'player') return { role, userId: Uint8Array.from(Buffer.from(id, 'hex')) };
  if (role === 'publisher') return { role, publisherId: id };
  return role === 'operator' ? { role } : undefined;
}
