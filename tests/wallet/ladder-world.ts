/** What the tests of consent share: levels to offer, a wallet that is stopped and started again, accepts and waits. */
import { openProfile, startWallet, type Wallet } from '@coinslot/wallet';
import { virtualReaders } from '@coinslot/card';
import { onTestFinished } from 'vitest';
import { bytes16Of, makeOffer, type OfferOptions } from '../lib/parties.ts';
import { GameClient, makePairingHeader } from './game-client.ts';
import { AUTO_PAIR, random, type World } from './world.ts';

/** Level n for 0.20, as something of its own, under a nonce of its own; `again` is another nonce for the same thing. */
export function levelOffer(world: World, n: number, options: OfferOptions = {}, again = 0): Uint8Array {
  const target = `level-${n}`;
  return makeOffer(world.publisher, {
    atMs: world.time.nowMs,
    nonce: `level ${n} ${again}`,
    ...options,
    terms: {
      salt: bytes16Of(target),
      offerId: target,
      grant: { kind: 'level', target, quantity: 0, untilMs: 0 },
      ...options.terms,
    },
  }).offerBytes;
}

/** Stops the wallet and starts it on the same profile, still locked. */
export async function restarted(world: World): Promise<{ wallet: Wallet; connect: () => Promise<GameClient> }> {
  await world.wallet.close();
  const profile = openProfile({ path: world.profilePath, clock: () => world.time.nowMs, random });
  const wallet = await startWallet({
    profile,
    port: 0,
    serverUrl: world.serverUrl,
    roots: world.tree.roots,
    environment: 'sandbox',
    timeZone: 'UTC',
    readers: virtualReaders(),
    autoPair: AUTO_PAIR,
  });
  onTestFinished(() => wallet.close());
  const header = makePairingHeader(world.publisher);
  return { wallet, connect: () => GameClient.connect({ port: wallet.port, header }) };
}

/** Sends message 1, accepts what is shown, and says what the wallet answered: another step or an end. */
export async function acceptOffer(game: GameClient, offer: Uint8Array): Promise<{ seq: number; consent: string }> {
  const { seq, shown, digest } = await game.offer(offer);
  game.send('answer', { seq, answer: 'accept', shownDigest: digest });
  return { seq, consent: shown.consent };
}
