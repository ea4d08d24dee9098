/** Cards as programs that start a wallet see them: the same doings as the page's, by calls. */
import { keyHash, type CodeName } from '@coinslot/protocol';
import type { Cards } from './cards.ts';
import type { CardIssuing } from './card-issuing.ts';
import type { CardKind, CardStatus } from './card-shelf.ts';
import { hex } from '../hex.ts';

export interface PurseReport {
  readonly purse: string;
  readonly currency: string;
  readonly plan: 'prepaid' | 'postpaid';
  readonly balanceMinor: bigint;
  readonly unreportedMinor: bigint;
  readonly ceilingMinor: bigint;
}

export interface CardReport {
  readonly kind: CardKind;
  readonly reader: string;
  readonly status: CardStatus;
  readonly code: CodeName | undefined;
  /** Hex; absent while it is not known. */
  readonly idHex: string | undefined;
  /** What message 2 to this card names as its audience. */
  readonly keyHash: Uint8Array | undefined;
  readonly purses: readonly PurseReport[];
  /** Records that wait to be uploaded. */
  readonly records: number;
  readonly counter: number;
  readonly pinTries: number | undefined;
}

export interface WalletCards {
  /** Cards within reach, as they were when last read. */
  list(): readonly CardReport[];
  /** Reads every card once more. */
  readAgain(): Promise<void>;
  /** Makes the blank card in a reader the player's own; the server must answer. Resolves with its id in hex. */
  issueCard: CardIssuing['issueCard'];
  /** Makes the software card; `pin` is the wallet's, `password` the player's where one is set. Resolves with its id in hex. */
  makeSoftCard(pin: string, password?: string): Promise<string>;
  /** Records up, parameters and rates down. */
  upload(idHex: string): Promise<void>;
  /** Records up, then value from the account into a purse; `pin` is the wallet's, `password` the player's where one is set. */
  recharge(idHex: string, purse: string, amountMinor: bigint, pin: string, password?: string): Promise<void>;
  /** Blocks a card for good. */
  lose(idHex: string): Promise<void>;
}

export function walletCards(cards: Cards): WalletCards {
  return {
    list: () => cards.shelf.cards.map(reportOf),
    readAgain: () => cards.shelf.lookAgainAtAll(),
    issueCard: (options) => cards.issuing.issueCard(options),
    makeSoftCard: (pin, password) => cards.issuing.makeSoftCard({ pin, password }),
    upload: (idHex) => cards.upload(idHex),
    recharge: (idHex, purse, amountMinor, pin, password) =>
      cards.recharge(idHex, purse, amountMinor, { pin, password }),
    lose: (idHex) => cards.lose(idHex),
  };
}

function reportOf({ kind, reader, status, code, info }: Cards['shelf']['cards'][number]): CardReport {
  return {
    kind,
    reader,
    status,
    code,
    idHex: info && hex(info.card.cardId),
    keyHash: info && keyHash(info.card.spki),
    purses: info?.purses ?? [],
    records: info?.standing.records ?? 0,
    counter: info?.standing.counter ?? 0,
    pinTries: info?.standing.pinTries,
  };
}
