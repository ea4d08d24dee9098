/** Words of the wallet's page, by language; bundled into the page's program. */
import type { WalletFault } from '../errors.ts';
import { arPageWords } from './page-words-ar.ts';
import { dePageWords } from './page-words-de.ts';
import { enPageWords } from './page-words-en.ts';
import { esPageWords } from './page-words-es.ts';
import { frPageWords } from './page-words-fr.ts';
import { jaPageWords } from './page-words-ja.ts';
import type { MeansId } from '../means/port.ts';
import type { CardView } from '../page/view.ts';
import type { Language } from './languages.ts';

export interface PageWords {
  wallet: string;
  testMark: string;
  testHint: string;
  languageNames: Readonly<Record<Language, string>>;
  nav: { home: string; cards: string; games: string; history: string; settings: string; label: string };
  lock: {
    locked: string;
    unlocked: string;
    lockNow: string;
    title: string;
    hint: string;
    unlock: string;
    waiting(games: string): string;
  };
  pin: {
    label: string;
    repeat: string;
    next: string;
    wait(until: string): string;
    form: string;
    different: string;
    show: string;
  };
  faults: Readonly<Record<WalletFault, string>>;
  faultElse: string;
  gone: { title: string; text: string };
  setUp: {
    title: string;
    lead: string;
    language: string;
    currency: string;
    currencyHint: string;
    plan: string;
    prepaid: string;
    prepaidHint: string;
    postpaid: string;
    postpaidHint: string;
    pinHint: string;
    create: string;
    creating: string;
    accountTitle: string;
    accountLead: string;
    accountOpen: string;
  };
  pairing: {
    title(game: string): string;
    again(game: string): string;
    by: string;
    from: string;
    lead: string;
    limits: string;
    accept: string;
    later: string;
    block: string;
  };
  payment: {
    title: string;
    to: string;
    what: string;
    price: string;
    rate: string;
    date: string;
    refund: string;
    /** By which means, said beside the total. */
    by: Readonly<Record<MeansId, string>>;
    pinLead: string;
    cardPinLead: string;
    pressLead: string;
    notEnough: string;
    pay(amount: string): string;
    paying: string;
    decline: string;
  };
  notices: {
    pressed(amount: string, payee: string): string;
    refunded(amount: string, payee: string): string;
    notMe: string;
    notMeHint: string;
    fine: string;
    flood(game: string): string;
    pressOff(game: string): string;
    block: string;
    dismiss: string;
  };
  home: {
    balance: string;
    owed: string;
    ceiling: string;
    asOf(time: string): string;
    none: string;
    refresh: string;
    payments: string;
    paymentsOn: string;
    paymentsOff: string;
    pause: string;
    resume: string;
    spending: string;
    today: string;
    month: string;
    of(max: string): string;
    last30: string;
    recent: string;
    all: string;
    empty: string;
    topUp: string;
    topUpHint: string;
    reference: string;
    copy: string;
    copied: string;
    testBank: string;
    /** The account's pages at the payment server. */
    openAccount: string;
  };
  games: {
    title: string;
    empty: string;
    connected: string;
    away: string;
    spent(day: string, month: string): string;
    rename: string;
    name: string;
    save: string;
    limits: string;
    disconnect: string;
    disconnectHint: string;
    disconnectNow: string;
    pressOff: string;
    pressOn: string;
    blocked: string;
    unblock: string;
  };
  limits: {
    title: string;
    hint(hours: number): string;
    pressPayment: string;
    pressDay: string;
    presses: string;
    payment: string;
    session: string;
    day: string;
    month: string;
    pin: string;
    save: string;
    saved: string;
    waiting(from: string): string;
    behind: string;
    tell: string;
  };
  history: {
    title: string;
    empty: string;
    more: string;
    press: string;
    pin: string;
    password: string;
    got: string;
    used: string;
    price: string;
    refund: string;
    decision: string;
    consent: string;
    disowned: string;
    means: string;
    counted(payments: number): string;
    /** At the foot of a sheet. */
    page(at: number, of: number): string;
    keep: string;
    keepHint: string;
    keepAs(format: string): string;
    proof: string;
    proofHint: string;
    kept(name: string): string;
  };
  means: Readonly<Record<MeansId, string>>;
  cards: {
    title: string;
    one: string;
    noReader: string;
    insert: string;
    reader(name: string): string;
    status: Readonly<Record<CardView['status'], string>>;
    prepaid: string;
    postpaid: string;
    unreported(amount: string): string;
    mostPrepaid(amount: string): string;
    mostPostpaid(amount: string): string;
    nothingWaiting: string;
    waiting(records: number): string;
    room(records: number, most: number): string;
    notOurs(payments: number): string;
    tries(tries: number): string;
    expires(date: string): string;
    asOf(time: string): string;
    upload: string;
    uploading: string;
    recharge: string;
    rechargeHint: string;
    amount: string;
    walletPin: string;
    recharging: string;
    recharged: string;
    newPin: string;
    newPinHint: string;
    cardPin: string;
    newCardPin: string;
    setPin: string;
    pinSet: string;
    lost: string;
    lostHint: string;
    lostSoftHint: string;
    lostNow: string;
    issueHint: string;
    issue: string;
    issuing: string;
    softTitle: string;
    softCan: string;
    softCannot: string;
    softMake: string;
    softMaking: string;
    orderTitle: string;
    orderHint: string;
    up(means: string): string;
    use: string;
    doNotUse: string;
    off: string;
  };
  settings: {
    title: string;
    general: string;
    language: string;
    lockAfter: string;
    minutes(count: number): string;
    hours(count: number): string;
    save: string;
    pinTitle: string;
    pinNow: string;
    pinChange: string;
    pinChanged: string;
    account: string;
    plan: string;
    prepaid: string;
    postpaid: string;
    currency: string;
    currencyHint: string;
    look: string;
    textSize: string;
    contrast: string;
    contrastSystem: string;
    contrastMore: string;
  };
  working: string;
}

const WORDS: Readonly<Record<Language, PageWords>> = {
  en: enPageWords,
  fr: frPageWords,
  de: dePageWords,
  es: esPageWords,
  ja: jaPageWords,
  ar: arPageWords,
};

export const pageWords = (language: Language): PageWords => WORDS[language];
