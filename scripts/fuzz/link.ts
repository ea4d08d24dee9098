/** Mutants of the link's frames, before and after the handshake, on a game's real connection. */
import { randomBytes } from 'node:crypto';
import { encodeOffer, type Offer } from '@coinslot/protocol';
import { encodeFrame } from '@coinslot/protocol/link';
import { connectGame, type RawGame } from '../prove/stranger.ts';
import type { Parties } from '../town.ts';
import { mutate, pick, type Draw } from './mutate.ts';
import type { Tally } from './tally.ts';

export interface LinkFuzz {
  /** One frame, answered or the end of its connection. */
  send(): Promise<void>;
  close(): void;
}

export interface LinkFuzzOptions {
  parties: Parties;
  origin: string;
  pairingHeader: Uint8Array;
  /** An offer as the publisher signed it; nonce and time are set anew for each mutant. */
  offer: Offer;
  /** Of a payment that the wallet has made. */
  paidNonce: Uint8Array;
  time: { nowMs: number };
  draw: Draw;
  tally: Tally;
}

/** Offers of one game come at most so often; the clock is moved on instead of waiting. */
const OFFER_EVERY_MS = 3_000;
const FRAME_EVERY_MS = 100;
/** One connection in so many is fuzzed before it has proved anything. */
const STRANGER_EVERY = 12;
const CLOSES = [4400, 4403, 4429];

export function openLinkFuzz(options: LinkFuzzOptions): LinkFuzz {
  const { parties, origin, pairingHeader, offer, paidNonce, time, draw, tally } = options;
  const bytes = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  let game: RawGame | undefined;

  const freshOffer = (): Offer => ({ ...offer, nonce: bytes(16), offerTimeMs: time.nowMs });
  const offerFrame = (encoded: Uint8Array): Uint8Array => encodeFrame('offer', { seq: 1, offer: encoded });
  /** From the frame inwards: the deeper the change, the further the wallet reads. */
  const mutants: readonly (() => Uint8Array)[] = [
    () => mutate(offerFrame(encodeOffer(freshOffer())), draw),
    () => offerFrame(mutate(encodeOffer(freshOffer()), draw)),
    () => offerFrame(encodeOffer({ ...freshOffer(), quote: mutate(offer.quote, draw) })),
    () => offerFrame(encodeOffer({ ...freshOffer(), terms: mutate(offer.terms, draw) })),
    () => offerFrame(encodeOffer({ ...freshOffer(), texts: mutate(offer.texts, draw) })),
    () => mutate(encodeFrame('answer', { seq: 1, answer: 'accept', shownDigest: bytes(32) }), draw),
    () => mutate(encodeFrame('restore', { seq: 2, challenge: bytes(32), sessionKey: bytes(32) }), draw),
    () => mutate(encodeFrame('status', { seq: 3, nonce: paidNonce }), draw),
    () => mutate(encodeFrame('consumed', { decisionId: bytes(16), consumed: 5n }), draw),
    () => mutate(encodeFrame('cancel', { seq: 1 }), draw),
    () => mutate(encodeFrame('prove', { challenge: bytes(32), proof: bytes(32), locale: 'en' }), draw),
  ];

  async function sendTo(one: RawGame, door: string): Promise<'open' | 'closed'> {
    time.nowMs += draw(3) === 0 ? OFFER_EVERY_MS : FRAME_EVERY_MS;
    const answer = await one.probe(pick(draw, mutants)());
    tally.count(door, typeof answer === 'number' ? `closed ${answer}` : answer);
    if (typeof answer !== 'number') return 'open';
    if (!CLOSES.includes(answer)) tally.fault(`${door}: closed with ${answer}`);
    return 'closed';
  }

  return {
    async send() {
      if (draw(STRANGER_EVERY) === 0) {
        const stranger = await connectGame(parties.wallet.port, origin, pairingHeader);
        await sendTo(stranger, 'wallet, handshake');
        return stranger.close();
      }
      if (game === undefined) {
        game = await connectGame(parties.wallet.port, origin, pairingHeader);
        await game.pair();
      }
      if ((await sendTo(game, 'wallet, link')) === 'closed') game = undefined;
    },
    close: () => game?.close(),
  };
}
