/** A child's wallet as the journal tells it: what the child may do alone, what waits for the guardian, what the guardian refused. */
import { decodeOffer, decodeQuote, offerHash, readEnvelope } from '@coinslot/protocol';
import { hex } from '../hex.ts';
import { WALLET_LIMITS } from '../limits.ts';
import { gameText, type GameKey } from './fairness-book.ts';
import type { RecordFields } from './records.ts';

/** What a child said yes to and a guardian has not answered. */
export interface Asked extends GameKey {
  /** Of the offer that the child answered. */
  readonly nonceHex: string;
  readonly nonce: Uint8Array;
  readonly pairingHex: string;
  readonly offerHashHex: string;
  /** Message 1, exactly as it was. */
  readonly offer: Uint8Array;
  readonly askedAtMs: number;
  /** When its price ends. */
  readonly untilMs: number;
}

/** A guardian's no that stands. */
export interface StandingNo extends GameKey {
  readonly offerHashHex: string;
  readonly offerHash: Uint8Array;
  readonly gameName: string;
  readonly title: string;
  readonly atMs: number;
}

const thingText = (game: GameKey, offerHashHex: string): string => `${gameText(game)} ${offerHashHex}`;

export class FamilyBook {
  /** The newest; `undefined` while the guardian has set none. */
  rules: RecordFields<'family'> | undefined;
  /** One for each thing that is sold, however often a child asks for it. */
  readonly #asked = new Map<string, Asked>();
  readonly #noes = new Map<string, StandingNo>();

  /** Oldest first; those whose price has ended are still among them. */
  get asked(): readonly Asked[] {
    return [...this.#asked.values()];
  }

  /** Oldest first. */
  get noes(): readonly StandingNo[] {
    return [...this.#noes.values()];
  }

  /** What the guardian has refused for good, whatever nonce it comes under. */
  no(game: GameKey, offerHashHex: string): StandingNo | undefined {
    return this.#noes.get(thingText(game, offerHashHex));
  }

  ask({ atMs, nonce, pairingId, offer }: RecordFields<'asked'>): void {
    const nonceHex = hex(nonce);
    if (offer.length === 0) {
      for (const [thing, one] of this.#asked) if (one.nonceHex === nonceHex) this.#asked.delete(thing);
      return;
    }
    const { terms, quote: envelope } = decodeOffer(offer);
    const { publisherId, gameId, notAfterMs } = decodeQuote(readEnvelope(envelope).body);
    const offerHashHex = hex(offerHash(terms));
    const thing = { publisherId, gameId, offerHashHex, nonceHex, nonce, pairingHex: hex(pairingId), offer };
    this.#asked.set(thingText(thing, offerHashHex), { ...thing, askedAtMs: atMs, untilMs: notAfterMs });
    this.#forgetOldest(thing);
  }

  /** A game can say yes in the child's name as often as it likes: the guardian's page stays one that can be read. */
  #forgetOldest(game: GameKey): void {
    const ofGame = [...this.#asked].filter(([, one]) => gameText(one) === gameText(game));
    for (const [thing] of ofGame.slice(0, -WALLET_LIMITS.askedPerGameMax)) this.#asked.delete(thing);
  }

  answered(payment: GameKey & { readonly offerHashHex: string }): void {
    this.#asked.delete(thingText(payment, payment.offerHashHex));
  }

  decline({ atMs, by, stands, publisherId, gameId, gameName, offerHash, title }: RecordFields<'declined'>): void {
    const offerHashHex = hex(offerHash);
    const one = { publisherId, gameId, offerHashHex };
    // Whoever said it: nothing waits for the guardian any more.
    this.answered(one);
    if (by === 'player') return;
    if (stands) this.#noes.set(thingText(one, offerHashHex), { ...one, offerHash, gameName, title, atMs });
    else this.#noes.delete(thingText(one, offerHashHex));
  }
}
