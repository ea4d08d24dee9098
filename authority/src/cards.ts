/** A card issuer at work: certifies cards, and puts them on its blocked list. */
import { readCertificate, type Alg, type CardAssurance, type Signer } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { AuthorityError } from './errors.ts';
import { issueRevocationList, type RevocationListOptions } from './revocation-lists.ts';
import { issue, type Issuer, type Validity } from './sign-certificate.ts';

/** A card to be certified. */
export interface CardToCertify extends CardAssurance, Validity {
  /** 16 bytes, a pseudonym: no two cards of an issuer share one. */
  readonly cardId: Uint8Array;
  /** The card's key: SPKI, or 32 raw bytes of Ed25519. */
  readonly publicKey: Uint8Array;
  /** Eight bytes, positive; random when left out. */
  readonly serial?: Uint8Array;
}

const CARD_ID_BYTES = 16;

/**
 * Makes a card's certificate under a card issuer, DER. It says nothing of the person.
 * @throws AuthorityError when the issuer may not issue it, ProtocolError `BAD_KEY` for a key not to be used.
 */
export function issueCard({
  issuer,
  cardId,
  publicKey,
  assurance,
  ceilings,
  ...rest
}: CardToCertify & { issuer: Issuer }): Uint8Array {
  if (cardId.length !== CARD_ID_BYTES) throw new AuthorityError(`cardId: expected ${CARD_ID_BYTES} bytes`);
  const name = { commonName: 'Card', id: Buffer.from(cardId).toString('hex') };
  return issue({ ...rest, issuer, subject: { name, publicKey }, roles: ['card'], card: { assurance, ceilings } });
}

/** What a payment server is given to issue cards with, so that it needs no authority's code of its own. */
export interface CardCertifier {
  /** Of the issuer's key, and so of the cards that it is for: a card verifies its issuer's objects under its own algorithm. */
  readonly alg: Alg;
  /** Card issuer, then SINT; DER, without root. */
  readonly chain: readonly Uint8Array[];
  /** Signs the objects for cards. */
  readonly signer: Signer;
  /** The certificate of a card, DER. */
  certify(card: CardToCertify): Uint8Array;
  /** The blocked list, DER; `number` rises with each. */
  listRevoked(list: Omit<RevocationListOptions, 'issuer'>): Uint8Array;
}

/** A certifier over a card issuer's key. `chain`: card issuer, then SINT; DER. */
export function cardCertifier({
  chain,
  privateKey,
}: Pick<Issuer, 'privateKey'> & { chain: readonly Uint8Array[] }): CardCertifier {
  const [certificate] = chain;
  if (certificate === undefined) throw new AuthorityError('chain: empty');
  const issuer: Issuer = { certificate, privateKey };
  return Object.freeze({
    alg: readCertificate(certificate).alg,
    chain,
    signer: nativeSigner(privateKey),
    certify: (card: CardToCertify) => issueCard({ ...card, issuer }),
    listRevoked: (list: Omit<RevocationListOptions, 'issuer'>) => issueRevocationList({ ...list, issuer }),
  });
}
