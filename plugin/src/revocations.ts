/**
 * The revocation lists a game goes by: those it shipped with, and newer ones that the wallet handed over. Of each issuer the
 * highest number ever seen; it never goes back. Whose a list is shows when a chain is verified: one that the issuer's key did
 * not sign is nobody's.
 */
import { equalBytes, LIMITS, ProtocolError, readRevocationList, type RevocationList } from '@coinslot/protocol';

export class Revocations {
  #lists: readonly Uint8Array[] = [];

  /** DER, for `verifyChain`. */
  get lists(): readonly Uint8Array[] {
    return this.#lists;
  }

  /** Takes what is newer than what is known; true when that changed anything. What is no list is left out. */
  learn(offered: readonly Uint8Array[]): boolean {
    const before = this.#lists;
    for (const der of offered) this.#learnOne(der);
    return this.#lists !== before;
  }

  #learnOne(der: Uint8Array): void {
    const list = readOrNothing(der);
    if (list === undefined) return;
    const at = this.#lists.findIndex((known) => isOfSameIssuer(readRevocationList(known), list));
    if (at === -1 && this.#lists.length < LIMITS.crlsMax) this.#lists = [...this.#lists, der];
    else if (at !== -1 && readRevocationList(this.#lists[at]!).number < list.number)
      this.#lists = this.#lists.with(at, der);
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
