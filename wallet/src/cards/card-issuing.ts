/**
 * From a blank card to a purse: the card makes its key, the server's card issuer certifies it, the card is personalised. Each
 * step is journalled before it is taken, so that a card whose making was cut short is taken up where it stood.
 */

import {
  ALG,
  decodeCardApplication,
  decodeCardIssue,
  encodeCardApplication,
  equalBytes,
  ProtocolError,
  readCertificate,
  readEnvelope,
  sealEnvelope,
  signatureInput,
  type Alg,
  type CardIssue,
  type Signer,
} from '@coinslot/protocol';
import type { Account } from '../account/account.ts';
import { consentKeys, type ConsentKeys, type Typed } from '../account/consent-keys.ts';
import type { PasswordDesk } from '../account/password-desk.ts';
import type { Rates } from '../account/rates.ts';
import type { Trust } from '../account/server-envelope.ts';
import { WalletError } from '../errors.ts';
import { hex } from '../hex.ts';
import type { Profile } from '../profile/profile.ts';
import type { CardDoor } from './card-door.ts';
import { isCardPin, SOFT_CARD_PIN, SOFT_CARD_UNBLOCK, unblockName } from './card-secrets.ts';
import type { CardKind, CardShelf } from './card-shelf.ts';
import { SOFT_CARD_READER, type SoftCard } from './soft-card.ts';

export interface WantedPurse {
  readonly currency: string;
  readonly plan: 'prepaid' | 'postpaid';
}

export interface CardIssuingOptions {
  profile: Profile;
  account: Account;
  passwords: PasswordDesk;
  rates: Rates;
  trust: Trust;
  door: CardDoor;
  shelf: CardShelf;
  softCard: SoftCard;
}

interface Making {
  readonly kind: CardKind;
  readonly reader: string;
  readonly alg: Alg;
  readonly purses: readonly WantedPurse[];
  /** Of the application: the account's key, or the password's where one stands. */
  readonly signer: Signer;
}

export class CardIssuing {
  readonly #options: CardIssuingOptions;
  #isBusy = false;

  constructor(options: CardIssuingOptions) {
    this.#options = options;
  }

  /**
   * Makes the blank card in a reader the player's own. `pin` is the wallet's, `password` the player's where one is set, `cardPin` the
   * card's from now on. Resolves with the card's id in hex. Throws WalletError, the server's refusal or CardTerminalError.
   */
  async issueCard(options: {
    reader: string;
    pin: string;
    password?: string | undefined;
    cardPin: string;
    alg?: Alg;
    purses?: readonly WantedPurse[];
  }): Promise<string> {
    const { reader, cardPin, alg = ALG.p256, purses = this.#ownPurse() } = options;
    if (!isCardPin(cardPin)) throw new WalletError('PIN_FORM', 'cardPin: 4 to 8 digits');
    return this.#alone(async () => {
      const { keys, signer } = await this.#open(options);
      const issue = await this.#issue({ kind: 'card', reader, alg, purses, signer });
      const unblockCode = keys.digits(unblockName(hex(issue.cardId)));
      return this.#personalise({ kind: 'card', reader }, issue, { pin: cardPin, unblockCode });
    });
  }

  /** Makes the software card, once. `pin` is the wallet's, which opens it. */
  async makeSoftCard(typed: Typed): Promise<string> {
    const { softCard } = this.#options;
    return this.#alone(async () => {
      const { keys, day, signer } = await this.#open(typed);
      if (!softCard.exists) await softCard.create(day);
      const place = { kind: 'softcard', reader: SOFT_CARD_READER } as const;
      const issue = await this.#issue({ ...place, alg: ALG.ed25519, purses: this.#ownPurse(), signer });
      const secrets = { pin: keys.digits(SOFT_CARD_PIN), unblockCode: keys.digits(SOFT_CARD_UNBLOCK) };
      return this.#personalise(place, issue, secrets);
    });
  }

  #ownPurse(): readonly WantedPurse[] {
    const { currency, plan } = this.#options.profile.settings;
    return [{ currency, plan }];
  }

  async #open(typed: Typed): Promise<Pick<ConsentKeys, 'keys' | 'day'> & { signer: Signer }> {
    const { account } = this.#options;
    if (!account.isOpen) throw new WalletError('NOT_SET_UP', 'no account is open');
    const { keys, day, password } = await consentKeys(this.#options, typed);
    return { keys, day, signer: password ?? day.account };
  }

  /** What the issuer has said, or says now, to the key of this card. */
  async #issue(making: Making): Promise<CardIssue> {
    const { shelf, door, profile } = this.#options;
    const publicKey = await shelf.use(making, (terminal) => terminal.generateKey(making.alg));
    const answered = this.#issueOf(publicKey);
    if (answered !== undefined) return answered;
    const application = this.#applicationOf(publicKey, making.signer) ?? (await this.#apply(making, publicKey));
    const { envelope, value } = await door.apply(application);
    const [leaf] = value.chain;
    if (leaf === undefined || !equalBytes(readCertificate(leaf).spki, publicKey)) {
      throw new ProtocolError('BAD_KEY', 'CardIssue.chain: certifies another key');
    }
    const { cardId } = value;
    const atMs = profile.clock();
    profile.record({ kind: 'card-issued', atMs, means: making.kind, cardId, issue: envelope });
    return value;
  }

  async #apply({ kind, reader, purses, signer }: Making, publicKey: Uint8Array): Promise<Uint8Array> {
    const { profile, account, rates, shelf } = this.#options;
    const { audience } = rates.audience === undefined ? await rates.current() : { audience: rates.audience };
    const nonce = profile.random(16);
    const possession = await shelf.use({ kind, reader }, (terminal) => terminal.possession(nonce));
    const body = encodeCardApplication({
      userId: account.userId,
      publicKey,
      possession,
      assurance: kind === 'softcard' ? 'software' : 'chip',
      purses: [...purses].sort((a, b) => (`${a.currency} ${a.plan}` < `${b.currency} ${b.plan}` ? -1 : 1)),
      timeMs: profile.clock(),
      nonce,
      audience,
    });
    const application = sealEnvelope('card-application', body, signer, []);
    profile.record({ kind: 'card-applied', atMs: profile.clock(), means: kind, application });
    return application;
  }

  /** The application for this key, when its answer never came; none where a password has come or gone since. */
  #applicationOf(publicKey: Uint8Array, { publicKey: signedBy }: Signer): Uint8Array | undefined {
    const { trust } = this.#options;
    const applied = this.#options.profile.state.cardApplied?.application;
    if (applied === undefined) return undefined;
    const { body, signature } = readEnvelope(applied);
    const isSame =
      equalBytes(decodeCardApplication(body).publicKey, publicKey) &&
      trust.verify(signedBy, signatureInput('card-application', body), signature);
    return isSame ? applied : undefined;
  }

  /** The issue of this key, when the card was not personalised with it. */
  #issueOf(publicKey: Uint8Array): CardIssue | undefined {
    return this.#options.profile.state.cards
      .map(({ issue }) => decodeCardIssue(readEnvelope(issue).body))
      .find(({ chain: [leaf] }) => leaf !== undefined && equalBytes(readCertificate(leaf).spki, publicKey));
  }

  async #personalise(
    place: { kind: CardKind; reader: string },
    issue: CardIssue,
    secrets: { pin: string; unblockCode: string },
  ): Promise<string> {
    const { shelf } = this.#options;
    await shelf.use(place, (terminal) => terminal.personalise(issue, secrets));
    await shelf.lookAgain(place);
    return hex(issue.cardId);
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isBusy) throw new WalletError('BAD_REQUEST', 'a card is being made already');
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }
}
