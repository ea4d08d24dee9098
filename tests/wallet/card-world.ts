/** A world with a card issuer, a reader, and the player's own cards in it. */
import {
  createApplet,
  memoryStore,
  virtualRack,
  type CardStore,
  type Icc,
  type VirtualRack,
  type VirtualSlot,
} from '@coinslot/card';
import type { Alg } from '@coinslot/protocol';
import type { WantedPurse } from '@coinslot/wallet';
import { startFront, type CardFront } from './card-front.ts';
import { PIN, startWorld, type World, type WorldOptions } from './world.ts';

export const CARD_PIN = '1357';

export interface CardWorld extends World {
  readonly front: CardFront;
  readonly rack: VirtualRack;
  readonly slot: VirtualSlot;
  readonly card: Icc;
  readonly store: CardStore;
  /** Of the card in the reader. */
  readonly cardId: string;
}

export interface CardWorldOptions extends WorldOptions {
  alg?: Alg;
  purses?: readonly WantedPurse[];
  /** Minor units loaded into the first purse; 0 for none. */
  loadMinor?: bigint;
  /** Its pace or faults. */
  around?: (card: Icc) => Icc;
  store?: CardStore;
}

/** A card in the reader, made and charged while the issuer is up; the account then has 10.00 left. */
export async function startCardWorld(options: CardWorldOptions = {}): Promise<CardWorld> {
  const { alg, purses, loadMinor = 1_000n, around = (card) => card } = options;
  const rack = virtualRack();
  const slot = rack.add('Test Reader');
  const { world, front } = await startWithFront({
    ...options,
    moneyMinor: (options.moneyMinor ?? 1_000n) + loadMinor,
    wallet: { readers: rack.client(), ...options.wallet },
  });
  const store = options.store ?? memoryStore();
  const card = around(createApplet({ store }));
  await slot.insert(card);
  const { cards } = world.wallet;
  const making = { reader: slot.name, pin: PIN, cardPin: CARD_PIN };
  const cardId = await cards.issueCard({ ...making, ...(alg && { alg }), ...(purses && { purses }) });
  const [purse] = cards.list().find(({ idHex }) => idHex === cardId)?.purses ?? [];
  if (loadMinor > 0n && purse?.plan === 'prepaid') await cards.recharge(cardId, purse.purse, loadMinor, PIN);
  return { ...world, front, rack, slot, card, store, cardId };
}

export interface SoftCardWorld extends World {
  readonly front: CardFront;
  readonly cardId: string;
}

/** A software card, made and charged while the issuer is up; no card in any reader. */
export async function startSoftCardWorld(options: WorldOptions & { loadMinor?: bigint } = {}): Promise<SoftCardWorld> {
  const { loadMinor = 1_000n } = options;
  const { world, front } = await startWithFront({ ...options, moneyMinor: (options.moneyMinor ?? 1_000n) + loadMinor });
  const { cards } = world.wallet;
  const cardId = await cards.makeSoftCard(PIN);
  const [purse] = cards.list().find(({ idHex }) => idHex === cardId)?.purses ?? [];
  if (loadMinor > 0n && purse?.plan === 'prepaid') await cards.recharge(cardId, purse.purse, loadMinor, PIN);
  return { ...world, front, cardId };
}

async function startWithFront(options: WorldOptions): Promise<{ world: World; front: CardFront }> {
  let front: CardFront | undefined;
  const world = await startWorld({
    ...options,
    async front(market) {
      front = await startFront(market);
      return front.url;
    },
  });
  if (front === undefined) throw new Error('no front');
  return { world, front };
}

/** What the server's books say is on the card. */
export async function floatOf({ server, cardId }: Pick<CardWorld, 'server' | 'cardId'>): Promise<bigint | undefined> {
  const listed = await server.service.cards.list(new Uint8Array(16), 10);
  const found = listed.find(({ card }) => Buffer.from(card.cardId).toString('hex') === cardId);
  return found?.floats[0]?.floatMinor;
}
