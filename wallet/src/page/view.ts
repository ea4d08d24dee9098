/**
 * What the wallet's page shows, as one JSON value: computed by the wallet, drawn by the page. Amounts and times come in
 * words; ids are hex. Types only: the page's own program imports this file too.
 */
import type { GrantKind } from '@coinslot/protocol';
import type { MeansId } from '../means/port.ts';
import type { Language } from '../words/languages.ts';

/** `setup`: no keys yet. `account`: no account at the payment server yet. */
export type Stage = 'setup' | 'account' | 'ready';

/** Exactly what `Shown` says, for the page to draw. */
export interface ShownView {
  payee: string;
  gameName: string;
  title: string;
  description: string;
  grant: string;
  total: string;
  original: string;
  rate: string;
  date: string;
  refund: string;
  test: boolean;
  isEnough: boolean;
}

export interface PaymentRequestView {
  id: string;
  /** What it takes to pay. */
  consent: 'press' | 'pin' | 'password';
  means: MeansId;
  /** Which secrets it takes. */
  pins: { wallet: boolean; card: boolean; password: boolean };
  /** The wallet's PIN that it takes is the guardian's; `decline` with it is a no for good. */
  isForGuardian: boolean;
  /** The game has handed over: only this page answers. */
  isHere: boolean;
  shown: ShownView;
}

export interface GameLimitsView {
  /** Decimal amounts of the wallet's currency, as an input takes them. */
  pressPayment: string;
  day: string;
  month: string;
}

export interface WalletLimitsView extends GameLimitsView {
  pressDay: string;
  presses: number;
  payment: string;
  session: string;
}

export interface PairingRequestView {
  id: string;
  gameName: string;
  publisherName: string;
  organization: string;
  country: string;
  origin: string;
  /** A program on this computer, which has no origin. */
  isNative: boolean;
  isAgain: boolean;
  limits: GameLimitsView;
}

export interface NoticeView {
  id: string;
  kind: 'press' | 'automatic' | 'flood' | 'press-off' | 'refund';
  /** For `press`, `automatic` and `refund`: the amount, what, and to whom. */
  amount: string;
  title: string;
  payee: string;
  gameName: string;
  time: string;
  outcome: ReceiptView['outcome'];
  /** For `press` and `automatic`: what "not me" is about; it ends an automatic approval too. For `flood`: the game that could be blocked. */
  about: string;
}

export interface GameView {
  id: string;
  label: string;
  gameName: string;
  publisherName: string;
  origin: string;
  isNative: boolean;
  isConnected: boolean;
  pressOff: boolean;
  limits: GameLimitsView;
  /** Limits that hold later, and from when. */
  waiting: { from: string; limits: GameLimitsView } | undefined;
  spentDay: string;
  spentMonth: string;
}

/** A code that waits to be typed into an installed game. */
export interface LinkCodeView {
  /** In two groups: `ABCD-EFGH`. */
  code: string;
  /** When it ends, in words. */
  until: string;
}

export interface BlockedView {
  id: string;
  gameName: string;
  origin: string;
  isNative: boolean;
}

export interface ReceiptView {
  id: string;
  title: string;
  gameName: string;
  payee: string;
  amount: string;
  original: string;
  time: string;
  grant: string;
  /** Minutes or uses consumed, in words; empty where nothing is counted. */
  consumed: string;
  outcome: 'approved' | 'pending' | 'refused' | 'refunded';
  outcomeText: string;
  means: MeansId;
  /** `pin`: the wallet's or the card's. */
  proof: 'press' | 'pin' | 'password';
  disowned: boolean;
  test: boolean;
  /** Of the decision, 32 hex digits; empty while there is none. */
  decisionId: string;
  /** The terms on which it may be asked for. */
  refund: string;
  /** That it was given: how much, when and why; empty while it was not. */
  refunded: string;
}

export interface BarView {
  /** The day, in words. */
  label: string;
  amount: string;
  /** 0 ... 1 of the highest bar. */
  share: number;
}

export interface SpendingView {
  day: string;
  dayMax: string;
  dayShare: number;
  month: string;
  monthMax: string;
  monthShare: number;
  bars: BarView[];
}

export interface AccountView {
  plan: 'prepaid' | 'postpaid';
  currency: string;
  /** What a transfer to the account names. */
  reference: string;
  /** Prepaid: what is left. Postpaid: what is owed. Empty before the first statement. */
  balance: string;
  ceiling: string;
  asOf: string;
}

export interface PurseView {
  id: string;
  plan: 'prepaid' | 'postpaid';
  currency: string;
  /** What it can still pay. */
  left: string;
  /** Spent and not uploaded yet; empty for nothing. */
  unreported: string;
  /** Prepaid: the most it holds. Postpaid: the most that may wait for an upload. */
  ceiling: string;
}

export interface CardView {
  /** Hex; empty while it is not known, or for a card that is none of the wallet's. */
  id: string;
  kind: 'card' | 'softcard';
  /** Empty for the software card, and for one in no reader. */
  reader: string;
  /** `away`: in no reader. `shut`: the software card while the wallet is locked. */
  status: 'reading' | 'ready' | 'blank' | 'foreign' | 'fault' | 'away' | 'shut';
  /** What is wrong with it, in words; empty for nothing. */
  trouble: string;
  purses: PurseView[];
  /** Payments that are not uploaded yet, and how many it can keep. */
  records: number;
  recordsMax: number;
  /** Payments among the uploaded ones that this wallet did not make. */
  notOurs: number;
  /** PINs that it still takes; -1 where that is not told. */
  triesLeft: number;
  expires: string;
  /** When it was last read, for one that is not here. */
  readAt: string;
  isSyncing: boolean;
}

export interface CardsView {
  readers: { reader: string; isEmpty: boolean }[];
  cards: CardView[];
  canMakeSoftCard: boolean;
  isSoftCardShut: boolean;
  /** Means that may pay, the preferred one first. */
  means: readonly MeansId[];
}

/** Automatic approval: nothing of this kind is asked for in this game, within these figures. */
export interface AllowanceView {
  id: string;
  /** The game's id, and the player's name for it. */
  game: string;
  gameName: string;
  grant: GrantKind;
  /** Decimal amounts, as an input takes them. */
  budget: string;
  perPayment: string;
  /** In words. */
  spent: string;
  left: string;
  endsAt: string;
}

/** Whole seconds; 0 = off. */
export interface FairnessView {
  minBetweenSeconds: number;
  afterDeclineSeconds: number;
  afterLossSeconds: number;
}

/** Of a child's wallet: what the child's own press may pay. */
export interface FamilyView {
  mode: 'off' | 'ask' | 'allowance';
  /** Decimal amounts, as an input takes them; for `allowance`. */
  day: string;
  month: string;
  /** What the child's presses have paid, in words. */
  spentDay: string;
  spentMonth: string;
}

/** What a child said yes to and the guardian has not answered. */
export interface AskedView {
  id: string;
  title: string;
  gameName: string;
  payee: string;
  /** The publisher's price; what is charged is shown once it is opened. */
  price: string;
  time: string;
  /** Until when it can be paid at that price. */
  until: string;
}

/** What the guardian has refused for good. */
export interface NoView {
  id: string;
  title: string;
  gameName: string;
  time: string;
}

export interface ConsentView {
  /** A child's wallet: whatever takes the PIN takes the guardian's. */
  isChild: boolean;
  allowances: AllowanceView[];
  fairness: FairnessView;
  fairnessWaiting: { from: string; rules: FairnessView } | undefined;
  family: FamilyView | undefined;
  asked: AskedView[];
  noes: NoView[];
}

/** Everybody who has a wallet in this household; one is open. */
export interface PeopleView {
  current: string;
  /** In alphabetical order, the current one among them. */
  names: readonly string[];
}

/** Recovery phrase, guardian, and who else has a wallet here. */
export interface KeysView {
  /** The system's keychain keeps the machine's secret. */
  isInKeychain: boolean;
  /** Two words of the recovery phrase were typed: it is written down. */
  isPhraseKept: boolean;
  /** Which words are asked for now, counted from 1; empty until the phrase was shown (`set-up`, `show-phrase`). */
  phraseWordsAsked: readonly number[];
  /** When the guardian's PIN is taken next, in words; empty for at once, and without a guardian. */
  guardianRetryAt: string;
  /** What the payment server pays takes it in the PIN's place. */
  isPasswordSet: boolean;
  /** Another one, or none, takes over at a time in words; until then the one that stands can be kept. */
  passwordPending: { from: string; isEnd: boolean } | undefined;
  /** When the next password is taken, in words; empty for at once. */
  passwordRetryAt: string;
  /** A restored wallet is still asking the server for what was bought before. */
  isRecovering: boolean;
  /** How many purchases of another machine came back. */
  recovered: number;
  /** `undefined` for a wallet that was started alone, with a folder of its own. */
  people: PeopleView | undefined;
}

/** How the page looks: text size in percent, contrast. */
export interface LookView {
  textPercent: number;
  textPercents: readonly number[];
  contrast: 'system' | 'more';
}

export interface PageView {
  stage: Stage;
  language: Language;
  /** Throwaway keys: nothing real is paid. */
  test: boolean;
  isLocked: boolean;
  isPaused: boolean;
  /** When the next PIN is taken, in words; empty for at once. */
  pinRetryAt: string;
  currencies: readonly string[];
  currency: string;
  payment: PaymentRequestView | undefined;
  pairings: PairingRequestView[];
  linkCode: LinkCodeView | undefined;
  /** Names of games that wait for the vault. */
  waitingForUnlock: string[];
  notices: NoticeView[];
  account: AccountView | undefined;
  spending: SpendingView | undefined;
  games: GameView[];
  blocked: BlockedView[];
  receipts: ReceiptView[];
  /** Where the next page of older receipts begins; 0 when there is none. */
  olderFrom: number;
  cards: CardsView;
  consent: ConsentView;
  limits: WalletLimitsView | undefined;
  limitsWaiting: { from: string; limits: WalletLimitsView } | undefined;
  /** The payment server has to be told of higher press limits, with the PIN. */
  isServerBehind: boolean;
  keys: KeysView;
  look: LookView;
  lockAfterMinutes: number;
  lockChoicesMinutes: readonly number[];
  raiseDelayHours: number;
  /** Sandbox only: where play money is paid in for this account; empty elsewhere. */
  testBankUrl: string;
}
