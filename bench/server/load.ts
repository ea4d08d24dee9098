/** The process that asks: requests are signed beforehand, sent over kept-alive connections, and every answer is timed and looked at. */
import { Agent, request as httpRequest } from 'node:http';
import { decodePaymentDecision, readEnvelope } from '@coinslot/protocol';
import { answerQuestions } from './child.ts';
import { newRequest, offers, playersOf } from './market.ts';

/** `inFlight` for as fast as answers come, `perSecond` for a steady rate whatever the server does. */
export interface LoadQuestion {
  readonly ports: readonly number[];
  readonly count: number;
  readonly inFlight?: number;
  readonly perSecond?: number;
  /** Look at answers as decisions; an answer of the bare HTTP server is none. */
  readonly isDecided: boolean;
}
export interface Load {
  readonly seconds: number;
  /** Milliseconds, of each answer. */
  readonly timesMs: readonly number[];
  readonly approved: number;
}

const PLAYERS = Number(process.argv[2]);
const CONNECTIONS_MAX = 512;
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
const players = playersOf(PLAYERS);

function post(port: number, body: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/msgpack', 'content-length': body.length };
    const asked = httpRequest({ port, host: '127.0.0.1', path: '/v1/payments', method: 'POST', agent, headers });
    asked.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const answer = Buffer.concat(parts);
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`${response.statusCode}: ${answer.toString()}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function load(question: LoadQuestion): Promise<Load> {
  const nowMs = Date.now();
  const requests = Array.from({ length: question.count }, (_, i) =>
    newRequest(players[i % players.length]!, offers[i % offers.length]!, nowMs),
  );
  const timesMs: number[] = [];
  const answers: Buffer[] = [];
  const one = async (i: number, fromMs = performance.now()): Promise<void> => {
    const answer = await post(question.ports[i % question.ports.length]!, requests[i]!);
    timesMs.push(performance.now() - fromMs);
    if (question.isDecided) answers.push(answer);
  };
  const startedMs = performance.now();
  if (question.perSecond !== undefined) await steady(question.count, question.perSecond, one);
  else await crowded(question.count, question.inFlight ?? 1, one);
  const seconds = (performance.now() - startedMs) / 1000;
  return { seconds, timesMs, approved: answers.filter(isApproved).length };
}

async function crowded(count: number, inFlight: number, one: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < count) await one(next++);
    }),
  );
}

/** Each is timed from when it was due, so that a server that stalls is not spared what it kept waiting. */
async function steady(
  count: number,
  perSecond: number,
  one: (i: number, fromMs: number) => Promise<void>,
): Promise<void> {
  const startedMs = performance.now();
  const under: Promise<void>[] = [];
  for (let next = 0; next < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - startedMs) / 1000) * perSecond));
    for (; next < due; next++) under.push(one(next, startedMs + (next / perSecond) * 1000));
    await new Promise((resolve) => void setTimeout(resolve, 1));
  }
  await Promise.all(under);
}

const isApproved = (answer: Buffer): boolean =>
  decodePaymentDecision(readEnvelope(Uint8Array.from(answer)).body).code === 'APPROVED';

answerQuestions(load, () => {
  agent.destroy();
  return Promise.resolve();
});
