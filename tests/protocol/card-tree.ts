/** A forged tree with a card issuer and a card, each part with any defect one likes. */
import type { Alg, CertificateRole } from '@coinslot/protocol';
import {
  attribute,
  forge,
  nameDer,
  printable,
  seedOf,
  utcTime,
  type Forged,
  type Recipe,
} from './certificate-forge.ts';

/** The time of these tests; cards are valid from January 2027 to December 2028. */
export const CARDS_AT_MS = Date.UTC(2027, 5, 1);
export const CARD_ID = '00112233445566778899aabbccddeeff';

const ROOT_ROLES: readonly CertificateRole[] = ['publisher', 'payment-server', 'card-issuer'];

export interface CardTree {
  readonly root: Forged;
  readonly sint: Forged;
  readonly issuer: Forged;
  readonly card: Forged;
  /** A payment server under the same SINT. */
  readonly server: Forged;
  readonly roots: Uint8Array[];
  readonly cardChain: Uint8Array[];
  readonly issuerChain: Uint8Array[];
  readonly serverChain: Uint8Array[];
}

export interface CardTreeChanges {
  /** Of card and issuer alike. */
  readonly alg?: Alg;
  readonly root?: Partial<Recipe>;
  readonly sint?: Partial<Recipe>;
  readonly issuer?: Partial<Recipe>;
  readonly card?: Partial<Recipe>;
  readonly server?: Partial<Recipe>;
}

/** Honest but for the changes. */
export function cardTree({ alg = 1, ...changes }: CardTreeChanges = {}): CardTree {
  const root = forge({
    seed: seedOf('root'),
    subjectDer: nameDer('Root'),
    authority: { pathLength: 3 },
    roles: ROOT_ROLES,
    ...changes.root,
  });
  const sint = forge({
    seed: seedOf('sint'),
    subjectDer: nameDer('SINT'),
    authority: { pathLength: 1 },
    roles: ['payment-server', 'card-issuer'],
    issuer: root,
    ...changes.sint,
  });
  const issuer = forge({
    seed: seedOf('cards'),
    alg,
    subjectDer: nameDer('Cards', attribute('2.5.4.5', printable('cards-one'))),
    authority: { pathLength: 0 },
    roles: ['card-issuer'],
    issuer: sint,
    ...changes.issuer,
  });
  const card = forge({
    seed: seedOf('card'),
    alg,
    subjectDer: nameDer('Card', attribute('2.5.4.5', printable(CARD_ID))),
    roles: ['card'],
    assurance: { assurance: 'chip' },
    notBeforeDer: utcTime('270101000000Z'),
    notAfterDer: utcTime('281231235959Z'),
    issuer,
    ...changes.card,
  });
  const server = forge({
    seed: seedOf('server'),
    subjectDer: nameDer('Server', attribute('2.5.4.5', printable('server-one'))),
    roles: ['payment-server'],
    issuer: sint,
    ...changes.server,
  });
  return {
    root,
    sint,
    issuer,
    card,
    server,
    roots: [root.der],
    cardChain: [card.der, issuer.der, sint.der],
    issuerChain: [issuer.der, sint.der],
    serverChain: [server.der, sint.der],
  };
}
