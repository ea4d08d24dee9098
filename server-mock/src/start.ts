/** `startSandbox`: the real payment server in environment `sandbox`, with its console, bank and faults on the same port. */
import {
  closeHttpServer,
  createHttpServer,
  createPaymentServer,
  listen,
  SERVER_LIMITS,
  type Clock,
  type Log,
  type PaymentServer,
  type Random,
} from '@coinslot/server';
import { setTimeout as passTime } from 'node:timers/promises';
import { skewedClock } from './faults/clock.ts';
import { faultHooks } from './faults/hooks.ts';
import { FaultSwitches } from './faults/switches.ts';
import { prepareSandbox, type Sandbox } from './grounds/prepare.ts';
import type { CertifiedPublisher } from './grounds/publishers.ts';
import { Operator, type BankPayment } from './operator.ts';
import { RateDesk } from './rates.ts';
import { enrolPlayer, enrolPublisher } from './samples.ts';

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
  readonly server: PaymentServer;
  /** Opens the account of a publisher that was certified while the sandbox runs. */
  enrolPublisher(publisher: CertifiedPublisher): Promise<void>;
  /** An incoming payment at the test bank. Throws ProtocolError with the server's code. */
  topUp(payment: BankPayment): Promise<void>;
  close(): Promise<void>;
}

export const SANDBOX_PORT = 8374;

/** Throws ProtocolError, StoreError or AuthorityError when the ground does not hold, and what `listen` throws. */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const { clock, random, log, host = '127.0.0.1' } = options;
  const sandbox = prepareSandbox(options);
  const stopping = new AbortController();
  const faults = new FaultSwitches(() => undefined);
  const server: PaymentServer = await createPaymentServer({
    ...sandbox,
    environment: 'sandbox',
    clock: skewedClock(clock, faults),
    random,
    log,
    hooks: faultHooks({
      switches: faults,
      isDecided: async (requestId) => (await server.service.records.findDecision(requestId)) !== undefined,
      wait:
        options.wait ?? ((timeMs) => passTime(timeMs, undefined, { signal: stopping.signal }).catch(() => undefined)),
      onFault: () => undefined,
    }),
  });
  const newest = await server.service.records.findNewestRateTable();
  const rates = new RateDesk({
    clock,
    newest: newest?.table,
    put: server.service.putRateTable,
    isStaleWanted: () => faults.isOn('stale-rates'),
  });
  await rates.keep();

  const http = createHttpServer(server.listener, SERVER_LIMITS);
  const port = await listen(http, options.port ?? SANDBOX_PORT, host);
  const url = `http://${host}:${port}`;
  const operator = new Operator(url, sandbox.operatorToken);
  for (const publisher of sandbox.certifiedPublishers()) await enrolPublisher(operator, publisher);
  const doors = { url, server, operator, clock, random };
  await enrolPlayer(sandbox.players.ada, doors);
  await enrolPlayer(sandbox.players.grace, doors);

  return {
    url,
    port,
    sandbox,
    operatorToken: sandbox.operatorToken,
    faults,
    server,
    enrolPublisher: (publisher) => enrolPublisher(operator, publisher),
    topUp: (payment) => operator.topUp(payment),
    async close() {
      stopping.abort();
      await closeHttpServer(http, SERVER_LIMITS.stopTimeMs);
      await server.close();
    },
  };
}
