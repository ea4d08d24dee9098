/** The parties of the measurement, the same in every process: keys follow from names. */
import { encodePaymentRequest, sealEnvelope, withChainByHash, type PaymentRequest } from '@coinslot/protocol';
import type { PaymentServer } from '@coinslot/server';
import { randomBytes } from 'node:crypto';
import {
  makeEnrolment,
  makeOffer,
  makePlayer,
  makePublisher,
  makeServerHolder,
  makeTree,
  type MadeOffer,
  type Player,
} from '../../tests/lib/parties.ts';

const TODAY_MS = Math.floor(Date.now() / 86_400_000) * 86_400_000;
const OFFERS = 24;
const PLENTY_MINOR = 1_000_000_000n;

export const tree = makeTree({ name: 'bench', atMs: TODAY_MS });
export const holder = makeServerHolder(tree);
export const publisher = makePublisher(tree);

/** What is for sale, as a price list has it: quotes signed once, their chain by hash. */
export const offers: readonly MadeOffer[] = Array.from({ length: OFFERS }, (_, i) => {
  const made = makeOffer(publisher, { atMs: TODAY_MS, terms: { offerId: `level-${i}` } });
  return { ...made, quoteEnvelope: withChainByHash(made.quoteEnvelope) };
});

export const playersOf = (count: number): readonly Player[] =>
  Array.from({ length: count }, (_, i) => makePlayer(`bench player ${i}`));

/** Everybody enrolled, with more money than they can spend. */
export async function openMarket(server: PaymentServer, players: readonly Player[]): Promise<void> {
  const { publishers, players: accounts } = server.service;
  const bank = { holder: 'Lumen Works', iban: 'DE89370400440532013000' };
  await publishers.enrol({ chain: publisher.chain, payoutCurrency: 'EUR', bank, feeBasisPoints: 500 });
  const limits = { pressPaymentMaxMinor: PLENTY_MINOR, pressDayMaxMinor: PLENTY_MINOR };
  await Promise.all(
    players.map(async (player, i) => {
      const fields = { ...limits, timeMs: Date.now(), nonce: random16() };
      await accounts.enrol(makeEnrolment(player, holder, fields));
      const bankReference = `bench ${i}`;
      await accounts.topUp({ userId: player.userId, amountMinor: PLENTY_MINOR, currency: 'EUR', bankReference });
    }),
  );
}

const random16 = (): Uint8Array => Uint8Array.from(randomBytes(16));

/** Message 2, signed: a purchase that nobody has made before. */
export function newRequest(player: Player, made: MadeOffer, nowMs: number): Uint8Array {
  const request: PaymentRequest = {
    quote: made.quoteEnvelope,
    offerTimeMs: nowMs,
    nonce: random16(),
    userId: player.userId,
    publisherId: made.quote.publisherId,
    chargeMinor: made.quote.amountMinor,
    chargeCurrency: player.currency,
    rateTableId: 0,
    shownDigest: made.quote.offerHash,
    audience: holder.keyHash,
    consentPlace: 'overlay',
    deadlineMs: nowMs + 590_000,
    sessionKey: made.offer.sessionKey,
    playerKey: player.press.publicKey,
    proof: 'press',
  };
  return sealEnvelope('payment-request', encodePaymentRequest(request), player.press, []);
}
