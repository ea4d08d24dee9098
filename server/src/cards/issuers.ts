/**
 * The card issuers of this server: SINT-certified authorities of its own, whose keys certify its cards and sign what cards
 * read. They come in by a port, since making certificates is the authority's room and, in a live house, a machine's apart.
 */
import {
  equalBytes,
  ProtocolError,
  sealEnvelope,
  spkiOf,
  verifyChain,
  type Alg,
  type CardAssurance,
  type MessageType,
  type Signer,
  type VerifiedLeaf,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';

/** A card to be certified. */
export interface CardToCertify extends CardAssurance {
  /** 16 bytes, a pseudonym. */
  readonly cardId: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Milliseconds since 1970, whole seconds. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Eight bytes, positive. */
  readonly serial: Uint8Array;
}

/** A complete blocked list to be made. Times are milliseconds since 1970, whole seconds. */
export interface ListToSign {
  readonly number: number;
  readonly revoked: readonly { readonly serialHex: string; readonly revokedAtMs: number }[];
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number;
}

/** What the server issues cards with; the `cardCertifier` of `@coinslot/authority` is one, over a key in a file. */
export interface CardCertifier {
  /** 1 Ed25519, 2 ECDSA P-256: of the issuer's key and of the cards that it is for. */
  readonly alg: Alg;
  /** Card issuer, then SINT; DER, without root. */
  readonly chain: readonly Uint8Array[];
  readonly signer: Signer;
  /** DER. */
  certify(card: CardToCertify): Uint8Array;
  /** DER. */
  listRevoked(list: ListToSign): Uint8Array;
}

/** An issuer at work. */
export interface CardIssuer {
  readonly alg: Alg;
  readonly leaf: VerifiedLeaf;
  /** SubjectPublicKeyInfo, DER. */
  readonly key: Uint8Array;
  readonly certifier: CardCertifier;
  /** An object for cards and wallets, with the issuer's chain. */
  seal(type: MessageType, body: Uint8Array): Uint8Array;
}

export interface CardIssuers {
  readonly all: readonly CardIssuer[];
  /** The issuer of new cards of an algorithm. Throws BAD_KEY when there is none. */
  ofAlg(alg: Alg): CardIssuer;
  /** The issuer whose objects a card takes. Throws CARD_STATE when its key is not here any more. */
  ofKey(key: Uint8Array): CardIssuer;
}

export interface CardIssuersOptions {
  /** The first of each algorithm issues new cards; the others serve those that they issued. */
  readonly certifiers: readonly CardCertifier[];
  readonly roots: readonly Uint8Array[];
  readonly nowMs: number;
}

/** Throws the chain's codes for an issuer that nobody would believe, BAD_KEY when its key is not the certificate's. */
export function createCardIssuers({ certifiers, roots, nowMs }: CardIssuersOptions): CardIssuers {
  const all = certifiers.map((certifier) => openIssuer(certifier, roots, nowMs));
  return Object.freeze({
    all,
    ofAlg(alg: Alg): CardIssuer {
      const issuer = all.find((one) => one.alg === alg);
      if (issuer === undefined) throw new ProtocolError('BAD_KEY', `no cards of algorithm ${alg} are issued here`);
      return issuer;
    },
    ofKey(key: Uint8Array): CardIssuer {
      const issuer = all.find((one) => equalBytes(one.key, key));
      if (issuer === undefined) throw new ProtocolError('CARD_STATE', 'the issuer of this card is not here any more');
      return issuer;
    },
  });
}

function openIssuer(certifier: CardCertifier, roots: readonly Uint8Array[], nowMs: number): CardIssuer {
  const { chain, signer } = certifier;
  const leaf = verifyChain({ chain, roots, role: 'card-issuer', atMs: nowMs, verify: nativeVerifySignature });
  if (!equalBytes(leaf.spki, spkiOf(signer.publicKey)))
    throw new ProtocolError('BAD_KEY', "card issuer: the signing key is not the certificate's");
  return Object.freeze({
    alg: leaf.alg,
    leaf,
    key: leaf.spki,
    certifier,
    seal: (type: MessageType, body: Uint8Array) => sealEnvelope(type, body, signer, chain),
  });
}
