/** The three means behind one interface, each with its real counterpart: a payment server, a card in a reader, a software card. */
import { join } from 'node:path';
import { createApplet, memoryStore, virtualRack, type Icc } from '@coinslot/card';
import { encodePaymentRequest, keyHash, sealEnvelope, type Signer } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { ServerHooks } from '@coinslot/server';
import { COST_FLOOR, createProfile, type Asking, type CardKind, type Means, type Profile } from '@coinslot/wallet';
import { expect, onTestFinished } from 'vitest';
import { Account } from '../../wallet/src/account/account.ts';
import { PasswordDesk } from '../../wallet/src/account/password-desk.ts';
import { Rates } from '../../wallet/src/account/rates.ts';
import type { Trust } from '../../wallet/src/account/server-envelope.ts';
import { SOFT_CARD_PIN } from '../../wallet/src/cards/card-secrets.ts';
import { Cards } from '../../wallet/src/cards/cards.ts';
import { Revocations } from '../../wallet/src/cards/revocations.ts';
import { HttpDoor } from '../../wallet/src/means/http-door.ts';
import { serverMeans } from '../../wallet/src/means/server.ts';
import { Payer } from '../../wallet/src/payments/payer.ts';
import { silentLog, systemTimers } from '../../wallet/src/ports.ts';
import { passwordTries } from '../../wallet/src/vault/tries.ts';
import { makeOffer, makeServerHolder, NOON_MS, seedOf } from '../lib/parties.ts';
import { startFront, type CardFront } from '../wallet/card-front.ts';
import { CARD_PIN } from '../wallet/card-world.ts';
import { PIN, random, startMarket, temporaryFolder, type Market, type Time } from '../wallet/world.ts';

export interface MeansRig {
  /** As of the last start. */
  means(): Means;
  /** Message 2 to this means for an offer of the nonce's name, proved by the PIN, and message 1. */
  request(nonce: string, chargeMinor?: bigint): { readonly request: Uint8Array; readonly offerBytes: Uint8Array };
  /** An asking with all the PINs that there are. */
  asking(change?: Partial<Asking>): Asking;
  readonly roots: readonly Uint8Array[];
  readonly time: Time;
  /** The next answer is lost on the way, once what it says is durable. Where there is a way to lose it on. */
  readonly loseAnswer?: () => void;
  /** The other side hears and does not answer. */
  readonly fallSilent?: () => void;
  /** The other side is not to be reached at all, until it comes back in the state it was in. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  /** The wallet's side is gone and there anew. */
  restart(): Promise<void>;
  /** What the player has left, by the other side's own books. */
  leftMinor(): Promise<bigint>;
}

/** What the player has to begin with, minor units. */
export const HAS_MINOR = 900n;

/** The parties of every rig: a market with a card issuer, a profile, and the wallet's side of means. */
class Parties {
  readonly time: Time = { nowMs: NOON_MS };
  /** What the server does at the next payment. */
  hooks: ServerHooks = {};
  market!: Market;
  front!: CardFront;
  profile!: Profile;
  side!: WalletSide;
  readonly rack = virtualRack();
  #pin!: Signer;
  #softCardPin = '';

  static async meet(): Promise<Parties> {
    const parties = new Parties();
    const { time } = parties;
    const path = join(temporaryFolder(), 'profile');
    const setup = { pin: PIN, language: 'en', currency: 'EUR', plan: 'prepaid', cost: COST_FLOOR } as const;
    parties.market = await startMarket(time, {
      beforeDecide: async (payment) => parties.hooks.beforeDecide?.(payment),
      afterRecord: async (payment, code) => parties.hooks.afterRecord?.(payment, code),
    });
    parties.front = await startFront(parties.market);
    parties.profile = await createProfile({ path, clock: () => time.nowMs, random, ...setup });
    await parties.profile.vault.withPinKeys(PIN, ({ signer, digits }) => {
      parties.#pin = signer;
      parties.#softCardPin = digits(SOFT_CARD_PIN);
    });
    parties.side = parties.makeSide();
    await parties.side.account.open();
    const topUp = { userId: parties.side.account.userId, amountMinor: HAS_MINOR, currency: 'EUR' };
    await parties.market.server.service.players.topUp({ ...topUp, bankReference: 'first' });
    onTestFinished(async () => {
      await parties.side.cards.close();
      parties.profile.close();
    });
    return parties;
  }

  makeSide(): WalletSide {
    const side = walletSide(this.profile, this.market.tree.roots, this.front.url);
    side.cards.watch(this.rack.client());
    return side;
  }

  async restart(): Promise<void> {
    await this.side.cards.close();
    this.side = this.makeSide();
  }

  ready(kind: CardKind) {
    return this.side.cards.shelf.ready(kind)[0];
  }

  async requireReady(kind: CardKind): Promise<void> {
    await expect.poll(() => this.ready(kind)).toBeDefined();
  }

  async cardLeft(kind: CardKind): Promise<bigint> {
    const card = this.ready(kind);
    if (card !== undefined) await this.side.cards.shelf.lookAgain(card);
    return this.ready(kind)?.info.purses[0]?.balanceMinor ?? -1n;
  }

  request(audience: Uint8Array, nonce: string, chargeMinor = 20n) {
    const made = makeOffer(this.market.publisher, { nonce, quote: { amountMinor: chargeMinor } });
    const { day } = this.profile.vault;
    const body = encodePaymentRequest({
      quote: made.offer.quote,
      offerTimeMs: made.offer.offerTimeMs,
      nonce: made.offer.nonce,
      userId: this.side.account.userId,
      publisherId: made.quote.publisherId,
      chargeMinor,
      chargeCurrency: 'EUR',
      rateTableId: 0,
      shownDigest: seedOf('shown'),
      audience,
      consentPlace: 'wallet-page',
      deadlineMs: NOON_MS + 120_000,
      sessionKey: made.offer.sessionKey,
      playerKey: day?.player('lumen-works').publicKey ?? seedOf('pseudonym'),
      proof: 'pin',
    });
    return { request: sealEnvelope('payment-request', body, this.#pin, []), offerBytes: made.offerBytes };
  }

  asking(kind: CardKind | 'server', change: Partial<Asking> = {}): Asking {
    const cardPin = { server: undefined, card: CARD_PIN, softcard: this.#softCardPin }[kind];
    return { deadlineMs: NOON_MS + 120_000, isFirst: true, hasOther: true, cardPin, ...change };
  }
}

interface WalletSide {
  readonly account: Account;
  readonly cards: Cards;
  readonly server: Means;
}

/** What a wallet has between its profile and its means. */
function walletSide(profile: Profile, roots: readonly Uint8Array[], serverUrl: string): WalletSide {
  const verify = nativeVerifySignature;
  const timers = systemTimers;
  const log = silentLog;
  const revocations = new Revocations({ folder: profile.path, roots, verify, log });
  const learn = (authorities: readonly Uint8Array[]): void => revocations.learn(authorities);
  const trust: Trust = { roots, environment: 'sandbox', verify, crls: [], learn };
  const door = new HttpDoor(serverUrl);
  const rates = new Rates({ folder: profile.path, door, trust, clock: profile.clock, log });
  const account = new Account({ profile, door, rates, trust, log });
  const outside = `${profile.path}-card`;
  const passwords = new PasswordDesk({ profile, account, trust, log, tries: passwordTries(profile) });
  const cards = new Cards({ profile, account, passwords, rates, door, trust, revocations, timers, log, outside });
  cards.begin(new Payer({ profile, means: [], trust, timers, log }));
  return { account, cards, server: serverMeans(door, log) };
}

export async function serverRig(): Promise<MeansRig> {
  const parties = await Parties.meet();
  const { market, time, front } = parties;
  const audience = makeServerHolder(market.tree).keyHash;
  return {
    means() {
      return parties.side.server;
    },
    time,
    roots: market.tree.roots,
    request: (nonce, chargeMinor) => parties.request(audience, nonce, chargeMinor),
    asking: (change) => parties.asking('server', change),
    loseAnswer() {
      parties.hooks = {
        afterRecord() {
          parties.hooks = {};
          return Promise.resolve('lose-answer');
        },
      };
    },
    goAway: () => front.goDown(),
    comeBack: async () => void (await front.goUp()),
    restart: () => parties.restart(),
    leftMinor: async () =>
      (await market.server.service.records.findPlayer(parties.side.account.userId))?.balanceMinor ?? -1n,
  };
}

/** CLA and INS of the debit. */
const isDebit = (apdu: Uint8Array): boolean => apdu[0] === 0x80 && apdu[1] === 0x54;

/** With no server: the rigs ask past the journal, and a wallet uploads what it does not know of as it is, which clears it. */
export async function cardRig(): Promise<MeansRig> {
  const parties = await Parties.meet();
  const icc = createApplet({ store: memoryStore() });
  let fault: 'lose' | 'silent' | undefined;
  const card: Icc = {
    powerOn: () => icc.powerOn(),
    powerOff: () => icc.powerOff(),
    async transmit(apdu) {
      if (!isDebit(apdu)) return icc.transmit(apdu);
      if (fault === 'silent') return new Promise(() => undefined);
      const answer = await icc.transmit(apdu);
      if (fault !== 'lose') return answer;
      fault = undefined;
      return new Uint8Array();
    },
  };
  const slot = parties.rack.add('Test Reader');
  await slot.insert(card);
  const { cards } = parties.side;
  const cardId = await cards.issuing.issueCard({ reader: slot.name, pin: PIN, cardPin: CARD_PIN });
  await cards.recharge(cardId, 'prepaid-EUR', HAS_MINOR, { pin: PIN });
  await parties.front.goDown();
  return {
    ...cardPart(parties, 'card'),
    loseAnswer: () => void (fault = 'lose'),
    fallSilent: () => void (fault = 'silent'),
    async goAway() {
      slot.remove();
      await expect.poll(() => parties.ready('card')).toBeUndefined();
    },
    async comeBack() {
      fault = undefined;
      await slot.insert(card);
      await parties.requireReady('card');
    },
  };
}

export async function softCardRig(): Promise<MeansRig> {
  const parties = await Parties.meet();
  const { cards } = parties.side;
  const cardId = await cards.issuing.makeSoftCard({ pin: PIN });
  await cards.recharge(cardId, 'prepaid-EUR', HAS_MINOR, { pin: PIN });
  await parties.front.goDown();
  return {
    ...cardPart(parties, 'softcard'),
    async goAway() {
      parties.profile.vault.lock();
      await expect.poll(() => parties.ready('softcard')).toBeUndefined();
    },
    async comeBack() {
      await parties.profile.vault.unlock(PIN);
      await parties.requireReady('softcard');
    },
  };
}

function cardPart(parties: Parties, kind: CardKind): Omit<MeansRig, 'goAway' | 'comeBack'> {
  const { market, time } = parties;
  const audience = parties.ready(kind)?.info.card.spki;
  if (audience === undefined) throw new Error('no card was made');
  return {
    means() {
      const means = parties.side.cards.means.find(({ id }) => id === kind);
      if (means === undefined) throw new Error('no such means');
      return means;
    },
    time,
    roots: market.tree.roots,
    request: (nonce, chargeMinor) => parties.request(keyHash(audience), nonce, chargeMinor),
    asking: (change) => parties.asking(kind, change),
    async restart() {
      await parties.restart();
      await parties.requireReady(kind);
    },
    leftMinor: () => parties.cardLeft(kind),
  };
}
