/** `startSandbox`: the real payment server in environment `sandbox`, with its console, bank and faults on the same port. */
import {
  closeHttpServer,
  createHttpServer,
  createPaymentServer,
  listen,
  SERVER_LIMITS,
  type Clock,
  type Listener,
  type Log,
  type OwnBank,
  type PaymentServer,
  type Random,
} from '@coinslot/server';
import { join } from 'node:path';
import { setTimeout as passTime } from 'node:timers/promises';
import { bankDoors } from './bank/doors.ts';
import { createMockBank } from './bank/mock-bank.ts';
import { folderShelf } from './bank/shelf.ts';
import type { MockBank } from './bank/types.ts';
import type { CardSlots } from './card-slots.ts';
import { cardDoors } from './console/cards.ts';
import { ConsoleDesk } from './console/desk.ts';
import { consoleDoors } from './console/doors.ts';
import { doorOf } from './console/exchange-rows.ts';
import { refundDoors } from './console/refunds.ts';
import { readState } from './console/state.ts';
import { skewedClock } from './faults/clock.ts';
import { faultHooks } from './faults/hooks.ts';
import { FaultSwitches, type FaultName } from './faults/switches.ts';
import { prepareSandbox, type Sandbox } from './grounds/prepare.ts';
import type { SamplePlayer } from './grounds/players.ts';
import type { CertifiedPublisher } from './grounds/publishers.ts';
import { Operator, type BankPayment } from './operator.ts';
import { RateDesk } from './rates.ts';
import { enrolPlayer, enrolPublisher, type PlayerDoors } from './samples.ts';
import { createWebListener } from './web/listener.ts';
import { ownHosts } from './web/same-origin.ts';

export interface SandboxOptions {
  /** See `prepareSandbox`, which is called first. */
  readonly home: string;
  /** 0 lets the system choose. Default 8374. */
  readonly port?: number;
  /** Default 127.0.0.1: nothing in a sandbox is meant for other machines. */
  readonly host?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The wallet's virtual reader and its cards, for the console to insert and pull. */
  readonly cards?: CardSlots;
  /** For tests: how the slow fault passes its time. */
  readonly wait?: (timeMs: number) => Promise<void>;
}

export interface RunningSandbox {
  /** Where the server, the console (`/`) and the bank (`/bank`) are. */
  readonly url: string;
  readonly port: number;
  /** Keys, chains, roots and sample players. */
  readonly sandbox: Sandbox;
  readonly operatorToken: string;
  readonly faults: FaultSwitches;
  /** Resolves when what was switched has taken effect; only the rate table takes a moment. */
  settleFaults(): Promise<void>;
  readonly server: PaymentServer;
  /** Where the server's bank files go; its page is `/bank`. */
  readonly bank: MockBank;
  /** Opens the account of a publisher that was certified while the sandbox runs. */
  enrolPublisher(publisher: CertifiedPublisher): Promise<void>;
  /** An incoming payment at the test bank. Throws ProtocolError with the server's code. */
  topUp(payment: BankPayment): Promise<void>;
  close(): Promise<void>;
}

export const SANDBOX_PORT = 8374;

/** The operator of a sandbox, at a bank that is none: numbers that stand in every manual. */
const OWN_BANK: OwnBank = {
  name: 'Coinslot Sandbox (TEST)',
  iban: 'DE89370400440532013000',
  bic: 'COBADEFFXXX',
  creditorId: 'DE98ZZZ09999999999',
};

/** Throws ProtocolError, StoreError or AuthorityError when the ground does not hold, and what `listen` throws. */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const { clock, random, log, host = '127.0.0.1', port: askedPort = SANDBOX_PORT } = options;
  const sandbox = prepareSandbox(options);
  const stopping = new AbortController();
  const parts = await assemble(options, sandbox, stopping.signal);
  const { server, faults, rates, bank } = parts;
  let front: Listener;
  const http = createHttpServer((request, response) => front(request, response), SERVER_LIMITS);
  const close = async (): Promise<void> => {
    stopping.abort();
    await closeHttpServer(http, SERVER_LIMITS.stopTimeMs);
    await server.close();
  };
  try {
    await rates.keep();
    const port = await listen(http, askedPort, host);
    const url = `http://${host}:${port}`;
    const operator = new Operator(url, sandbox.operatorToken);
    front = frontOf(parts, {
      operator,
      random,
      log,
      hosts: ownHosts(host, port),
      stopping,
      slots: options.cards,
    });
    await enrolSamples(sandbox, { url, server, operator, clock, random });
    return {
      url,
      port,
      sandbox,
      operatorToken: sandbox.operatorToken,
      faults,
      settleFaults: () => rates.keep(),
      server,
      bank,
      enrolPublisher: (publisher) => enrolPublisher(operator, publisher),
      topUp: (payment) => operator.topUp(payment),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Parts {
  readonly server: PaymentServer;
  readonly bank: MockBank;
  readonly faults: FaultSwitches;
  readonly rates: RateDesk;
  readonly desk: ConsoleDesk;
  readonly nameOf: (userId: Uint8Array) => string;
}

/** Server, switches, rates and console, which know each other: the server asks the switches, the console shows all. */
async function assemble(
  { home, clock, random, log, wait, cards: slots }: SandboxOptions,
  sandbox: Sandbox,
  stopping: AbortSignal,
): Promise<Parts> {
  const nameOf = namesOf(sandbox);
  const faults = new FaultSwitches(() => desk.tellState());
  const serverClock = skewedClock(clock, faults);
  const desk = new ConsoleDesk({
    nowMs: clock,
    nameOf,
    ambientFaults: () => AMBIENT_FAULTS.filter((fault) => faults.isOn(fault)),
    onError: (error) => log.error({ err: error }, 'the console could not be told'),
    readState: () => {
      const times = { serverTimeMs: serverClock(), nowMs: clock() };
      return readState({ server, nameOf, faults: faults.modes, rateTable: rates.newest, slots, ...times });
    },
  });
  const bank = createMockBank({ clock, random, shelf: folderShelf(join(home, 'bank')) });
  const server: PaymentServer = await createPaymentServer({
    ...sandbox,
    bank,
    ownBank: OWN_BANK,
    testBankPath: '/bank',
    environment: 'sandbox',
    clock: serverClock,
    random,
    log,
    hooks: faultHooks({
      switches: faults,
      isDecided: async (requestId) => (await server.service.records.findDecision(requestId)) !== undefined,
      wait: wait ?? ((timeMs) => passTime(timeMs, undefined, { signal: stopping }).catch(() => undefined)),
      onAskedAgain: (payment) => desk.noteAskedAgain(payment),
      onFault: (payment, fault) => desk.noteFault(payment, fault),
    }),
    onExchange: (exchange) => {
      const felt = desk.seeExchange(exchange);
      if (ENDS_ONCE.includes(doorOf(exchange)))
        AMBIENT_FAULTS.filter((fault) => felt.includes(fault)).forEach((fault) => faults.take(fault));
    },
  });
  const rates = new RateDesk({
    clock,
    newest: (await server.service.records.findNewestRateTable())?.table,
    put: server.service.putRateTable,
    isStaleWanted: () => faults.isOn('stale-rates'),
  });
  return { server, bank, faults, rates, desk, nameOf };
}

/** Faults of the whole server rather than of one payment: `once` lasts until a payment, or a fetched table, has felt it. */
const AMBIENT_FAULTS: readonly FaultName[] = ['clock-behind', 'clock-ahead', 'stale-rates'];
const RATES_DOOR = 'GET /v1/rates';
const PAYMENTS_DOOR = 'POST /v1/payments';
const ENDS_ONCE: readonly string[] = [RATES_DOOR, PAYMENTS_DOOR];
/** A card carries its table for weeks, so it gets one that has just begun rather than one that is about to end. */
const NEEDS_RATES: readonly string[] = [
  ...ENDS_ONCE,
  'POST /v1/cards',
  'POST /v1/cards/parameters',
  'GET /v1/cards/rates',
];

interface FrontOptions {
  readonly operator: Operator;
  readonly random: Random;
  readonly log: Log;
  readonly hosts: ReadonlySet<string>;
  readonly stopping: AbortController;
  readonly slots: CardSlots | undefined;
}

/** Console and bank in front of the server. Before a door that needs rates, a table that is about to run out is replaced. */
function frontOf({ server, bank, faults, rates, desk, nameOf }: Parts, options: FrontOptions): Listener {
  const { operator, random, log, hosts, stopping, slots } = options;
  return createWebListener({
    hosts,
    log,
    server: server.listener,
    doors: [
      ...consoleDoors({ desk, faults, settle: () => rates.keep(), stopping: stopping.signal }),
      ...cardDoors({ operator, slots, onChange: () => desk.tellState() }),
      ...refundDoors(operator, () => desk.tellState()),
      ...bankDoors({ records: server.service.records, operator, bank, random, nameOf }),
    ],
    beforeServer: (method, path) => (NEEDS_RATES.includes(`${method} ${path}`) ? rates.keep() : Promise.resolve()),
  });
}

async function enrolSamples(sandbox: Sandbox, doors: PlayerDoors): Promise<void> {
  for (const publisher of sandbox.certifiedPublishers()) await enrolPublisher(doors.operator, publisher);
  await enrolPlayer(sandbox.players.ada, doors);
  await enrolPlayer(sandbox.players.grace, doors);
}

const USER_DIGITS_SHOWN = 6;

/** Sample players by name, everybody else by the beginning of their id. */
function namesOf({ players }: Sandbox): (userId: Uint8Array) => string {
  const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const names = new Map(Object.values<SamplePlayer>({ ...players }).map(({ userId, name }) => [hexOf(userId), name]));
  return (userId) => names.get(hexOf(userId)) ?? `Player ${hexOf(userId).slice(0, USER_DIGITS_SHOWN)}`;
}
