/** Who a session belongs to. The operator is one: whoever has the token. */
export type Subject =
  | { readonly role: 'player'; readonly userId: Uint8Array }
  | { readonly role: 'publisher'; readonly publisherId: string }
  | { readonly role: 'operator' };

export type SubjectRole = Subject['role'];
