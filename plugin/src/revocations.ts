/**
 * The revocation lists a game goes by: those it shipped with, and newer ones that the wallet handed over. Of each issuer the
 * highest number ever seen; it never goes back. Whose a list is shows when a chain is verified: one that the issuer's key did
 * not sign is nobody's.
 *
 * A game holds no authorities' certificates beside the roots, so a learned list goes by what it says of itself until then: a
 * wallet that hands over a forged one with a higher number drives out a learned one, which it could as well have kept back,
 * and never a shipped one.
 */
import { equalBytes, LIMITS, ProtocolError, readRevocationList, type RevocationList } from '@coinslot/protocol';

export class Revocations {
  /** Kept beside whatever comes: a forged list with a higher number must not drive them out. */
  readonly #shipped: readonly Uint8Array[];
  #learned: readonly Uint8Array[] = [];

  constructor(shipped: readonly Uint8Array[]) {
    this.#shipped = shipped;
  }

  /** DER, for `verifyChain`, which goes by the newest that is signed. */
  get all(): readonly Uint8Array[] {
    return [...this.#shipped, ...this.#learned];
  }

  /** To be kept for the next session. */
  get learned(): readonly Uint8Array[] {
    return this.#learned;
  }

  /** Takes what is newer than what was learned before; true when that changed anything. What is no list is left out. */
  learn(offered: readonly Uint8Array[]): boolean {
    const before = this.#learned;
    for (const der of offered) this.#learnOne(der);
    return this.#learned !== before;
  }

  #learnOne(der: Uint8Array): void {
    const list = readOrNothing(der);
    if (list === undefined) return;
    const at = this.#learned.findIndex((known) => isOfSameIssuer(readRevocationList(known), list));
    if (at === -1 && this.all.length < LIMITS.crlsMax) this.#learned = [...this.#learned, der];
    else if (at !== -1 && readRevocationList(this.#learned[at]!).number < list.number)
      this.#learned = this.#learned.with(at, der);
  }
}

const isOfSameIssuer = (one: RevocationList, other: RevocationList): boolean =>
  one.issuerKeyId === other.issuerKeyId && equalBytes(one.issuerDer, other.issuerDer);

function readOrNothing(der: Uint8Array): RevocationList | undefined {
  try {
    return readRevocationList(der);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
