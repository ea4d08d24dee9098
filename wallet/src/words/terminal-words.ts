/** Words of the terminal, by language. */
import type { Language } from './languages.ts';

export interface TerminalWords {
  running(url: string): string;
  openOnce: string;
  anotherAddress: string;
  firstRun: string;
  locked: string;
  stopped: string;
  balance: string;
  owed: string;
  asOf(time: string): string;
  noStatement: string;
  today: string;
  month: string;
  paused: string;
  notPaused: string;
  games: string;
  none: string;
  pending: string;
  blocked: string;
  test: string;
  /** Asked for at the terminal. */
  pin: string;
  accountOnce: string;
}

export const TERMINAL_WORDS: Readonly<Record<Language, TerminalWords>> = {
  en: {
    running: (url) => `The wallet is running at ${url}`,
    openOnce: 'Open its page with this address (it works once):',
    anotherAddress: 'Press Enter for another address, Ctrl-C to stop.',
    firstRun: 'It has no keys yet: the page leads through the first steps.',
    locked: 'It is locked until the PIN is typed on the page.',
    stopped: 'The wallet has stopped.',
    balance: 'Balance',
    owed: 'To pay this month',
    asOf: (time) => `as of ${time}`,
    noStatement: 'not known yet',
    today: 'Spent today (UTC)',
    month: 'Spent this month (UTC)',
    paused: 'Payments are paused',
    notPaused: 'Payments are on',
    games: 'Connected games',
    none: 'none',
    pending: 'Waiting for an answer',
    blocked: 'Blocked games',
    test: 'TEST',
    pin: 'PIN: ',
    accountOnce: 'Open your account with this address (it works once, within a minute):',
  },
  fr: {
    running: (url) => `Le portefeuille tourne à ${url}`,
    openOnce: 'Ouvrez sa page avec cette adresse (elle sert une fois) :',
    anotherAddress: 'Entrée pour une autre adresse, Ctrl-C pour arrêter.',
    firstRun: 'Il n’a pas encore de clés : la page guide les premiers pas.',
    locked: 'Il est verrouillé jusqu’à ce que le code PIN soit tapé sur la page.',
    stopped: 'Le portefeuille est arrêté.',
    balance: 'Solde',
    owed: 'À payer ce mois-ci',
    asOf: (time) => `au ${time}`,
    noStatement: 'pas encore connu',
    today: 'Dépensé aujourd’hui (UTC)',
    month: 'Dépensé ce mois-ci (UTC)',
    paused: 'Les paiements sont suspendus',
    notPaused: 'Les paiements sont actifs',
    games: 'Jeux reliés',
    none: 'aucun',
    pending: 'En attente de réponse',
    blocked: 'Jeux bloqués',
    test: 'TEST',
    pin: 'Code PIN : ',
    accountOnce: 'Ouvrez votre compte avec cette adresse (elle sert une fois, pendant une minute) :',
  },
};
