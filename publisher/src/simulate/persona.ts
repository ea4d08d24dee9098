/** Who plays: a few plain numbers each, from which the simulator draws. */
import type { Facts } from '@coinslot/plugin/timing';

/** Log-normal: half are below the median, and two in three within a factor of `spread` of it. */
export interface Spread {
  readonly median: number;
  /** From 1 (always the median). */
  readonly spread: number;
}

/** Shares and chances are 0 ... 1. */
export interface Persona {
  readonly name: string;
  /** Of the players, relative to the other personas. */
  readonly share: number;
  /** Mean; on the first day at least one. */
  readonly sessionsPerDay: number;
  /** From beginning to end, menus included. */
  readonly sessionMinutes: Spread;
  /** Play of one attempt at a level that succeeds. */
  readonly levelMinutes: Spread;
  /** Between two attempts. */
  readonly pauseSeconds: Spread;
  /** Over an open offer. */
  readonly answerSeconds: Spread;
  /** Of the attempts at a level. */
  readonly failureRate: number;
  /** So many failures in a row end the session. */
  readonly patience: number;
  /** Mean; each day may be the last. */
  readonly daysUntilLeaving: number;
  /** Chance of a yes to an offer that came unasked. */
  readonly buys: number;
  /** What each no since the last yes makes of that chance: 0.5 halves it. */
  readonly secondAsk: number;
  /** Chance of choosing a locked level when it is the next, once in a session. */
  readonly asks: number;
  /** Chance of a yes to an offer that the player asked for. */
  readonly buysWhenAsking: number;
  /** Has a wallet, and it lets this game ask. */
  readonly walletReady: number;
  /** Has a wallet with payments off; the rest has none. */
  readonly paymentsOff: number;
  /** Passed with every boundary. */
  readonly facts: Facts;
}

/** Numbers of ours, not measured on anybody: for a first look, until a studio writes its own. */
export const PRESET_PERSONAS: readonly Persona[] = [
  {
    name: 'rusher',
    share: 25,
    sessionsPerDay: 2.4,
    sessionMinutes: { median: 14, spread: 1.8 },
    levelMinutes: { median: 1.8, spread: 1.4 },
    pauseSeconds: { median: 4, spread: 1.8 },
    answerSeconds: { median: 2, spread: 1.8 },
    failureRate: 0.18,
    patience: 6,
    daysUntilLeaving: 9,
    buys: 0.06,
    secondAsk: 0.6,
    asks: 0.5,
    buysWhenAsking: 0.5,
    walletReady: 0.75,
    paymentsOff: 0.05,
    facts: {},
  },
  {
    name: 'explorer',
    share: 30,
    sessionsPerDay: 1.8,
    sessionMinutes: { median: 28, spread: 1.7 },
    levelMinutes: { median: 4.5, spread: 1.6 },
    pauseSeconds: { median: 15, spread: 2 },
    answerSeconds: { median: 6, spread: 1.8 },
    failureRate: 0.12,
    patience: 8,
    daysUntilLeaving: 20,
    buys: 0.1,
    secondAsk: 0.7,
    asks: 0.4,
    buysWhenAsking: 0.6,
    walletReady: 0.8,
    paymentsOff: 0.05,
    facts: {},
  },
  {
    name: 'stuck',
    share: 20,
    sessionsPerDay: 1.5,
    sessionMinutes: { median: 18, spread: 1.7 },
    levelMinutes: { median: 3.5, spread: 1.6 },
    pauseSeconds: { median: 8, spread: 2 },
    answerSeconds: { median: 4, spread: 1.8 },
    failureRate: 0.55,
    patience: 5,
    daysUntilLeaving: 6,
    buys: 0.04,
    secondAsk: 0.4,
    asks: 0.2,
    buysWhenAsking: 0.4,
    walletReady: 0.7,
    paymentsOff: 0.1,
    facts: {},
  },
  {
    name: 'returning',
    share: 15,
    sessionsPerDay: 0.7,
    sessionMinutes: { median: 35, spread: 1.6 },
    levelMinutes: { median: 3, spread: 1.5 },
    pauseSeconds: { median: 10, spread: 2 },
    answerSeconds: { median: 4, spread: 1.8 },
    failureRate: 0.15,
    patience: 8,
    daysUntilLeaving: 60,
    buys: 0.15,
    secondAsk: 0.8,
    asks: 0.6,
    buysWhenAsking: 0.7,
    walletReady: 0.9,
    paymentsOff: 0.03,
    facts: {},
  },
  {
    name: 'child',
    share: 10,
    sessionsPerDay: 2.6,
    sessionMinutes: { median: 12, spread: 1.6 },
    levelMinutes: { median: 3, spread: 1.7 },
    pauseSeconds: { median: 5, spread: 1.8 },
    answerSeconds: { median: 3, spread: 2 },
    failureRate: 0.35,
    patience: 4,
    daysUntilLeaving: 12,
    buys: 0.02,
    secondAsk: 0.9,
    asks: 0.5,
    buysWhenAsking: 0.1,
    walletReady: 0.3,
    paymentsOff: 0.4,
    facts: {},
  },
];
