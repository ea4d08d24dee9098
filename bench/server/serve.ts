/**
 * The process that is measured: the payment server as it is, or, for the part that HTTP costs alone, node:http with the same
 * settings that reads the same requests and gives an answer of the same size.
 */
import { createHttpServer, createPaymentServer, closeHttpServer, listen, SERVER_LIMITS } from '@coinslot/server';
import { randomBytes } from 'node:crypto';
import { answerQuestions } from './child.ts';
import { holder, openMarket, playersOf, tree } from './market.ts';

export type ServeQuestion =
  | { readonly ask: 'start'; readonly players: number }
  /** Answers with the seconds that it took. */
  | { readonly ask: 'close'; readonly period: number }
  | { readonly ask: 'cpu' };
export interface Usage {
  /** User and system, all threads. */
  readonly cpuUs: number;
  readonly commits: number;
  /** The most memory the process ever had. */
  readonly rssMaxMiB: number;
}

const [mode = '', place = ''] = process.argv.slice(2);
const none = (): void => undefined;
const log = { info: none, warn: none, error: console.error, fatal: console.error };
const DECISION_BYTES = 1_150;

const served = mode === 'http' ? await serveNothing() : await servePayments();

answerQuestions(async (question: ServeQuestion) => {
  if (question.ask === 'start') return served.start(question.players);
  if (question.ask === 'close') return served.closePeriod(question.period);
  const { user, system } = process.cpuUsage();
  const rssMaxMiB = process.resourceUsage().maxRSS / 1024;
  return { cpuUs: user + system, commits: await served.commits(), rssMaxMiB } satisfies Usage;
}, served.close);

async function serveNothing() {
  const answer = Buffer.from(randomBytes(DECISION_BYTES));
  const http = createHttpServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      Buffer.concat(parts);
      response.writeHead(200, { 'content-type': 'application/msgpack', 'content-length': answer.length });
      response.end(answer);
    });
  }, SERVER_LIMITS);
  const port = await listen(http, 0, '127.0.0.1');
  return {
    start: () => Promise.resolve(port),
    commits: () => Promise.resolve(0),
    closePeriod: () => Promise.resolve(0),
    close: () => closeHttpServer(http, 0),
  };
}

async function servePayments() {
  const server = await createPaymentServer({
    ...(mode === 'postgres' ? { database: { url: place } } : { storePath: place }),
    signer: holder.signer,
    chain: holder.chain,
    roots: tree.roots,
    environment: 'sandbox',
    clock: Date.now,
    random: (byteCount) => Uint8Array.from(randomBytes(byteCount)),
    log,
    operatorToken: 'bench-operator-token',
    ownBank: { name: 'Bench', iban: 'DE89370400440532013000', bic: 'COBADEFFXXX', creditorId: 'DE98ZZZ09999999999' },
  });
  const port = await server.listen(0, '127.0.0.1');
  return {
    start: async (players: number): Promise<number> => {
      if (players > 0) await openMarket(server, playersOf(players));
      return port;
    },
    commits: async (): Promise<number> => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return Number(/^coinslot_commits(?:_total)? (\d+)/m.exec(text)?.[1] ?? 0);
    },
    closePeriod: async (period: number): Promise<number> => {
      const fromMs = performance.now();
      await server.service.periods.close(period);
      return (performance.now() - fromMs) / 1000;
    },
    close: () => server.close(),
  };
}
