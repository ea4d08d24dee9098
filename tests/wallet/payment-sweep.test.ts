/** A payment over one and two means, killed at every call that changes the disk: one debit or none, and what was said holds. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileStore } from '@coinslot/card';
import {
  decodePaymentRequest,
  encodePaymentDecision,
  encodePaymentRequest,
  readEnvelope,
  requestHash,
  sealEnvelope,
  type PaymentDecision,
} from '@coinslot/protocol';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bytes16Of, makeOffer, makeServerHolder, NOON_MS, seedOf } from '../lib/parties.ts';
import { startCardWorld } from './card-world.ts';
import { temporaryFolder } from './world.ts';
import { COURSES, furnish, payIn, type ServerDoes } from './payment-parts.ts';

/** A charged card, its wallet's profile, and everything that a payment of 0.20 needs, in one folder. */
async function prepare(folder: string, hadMinor: bigint): Promise<void> {
  const world = await startCardWorld({ store: fileStore(join(folder, 'card')), loadMinor: hadMinor });
  const { profile } = world.wallet;
  const { day } = profile.vault;
  if (day === undefined) throw new Error('locked');
  const made = makeOffer(world.publisher);
  const server = makeServerHolder(world.tree);
  const [card] = world.wallet.cards.list();
  const audiences = { server: server.keyHash, card: card?.keyHash ?? server.keyHash };
  const requestFor = (audience: Uint8Array): Uint8Array => {
    const body = encodePaymentRequest({
      quote: made.offer.quote,
      offerTimeMs: made.offer.offerTimeMs,
      nonce: made.offer.nonce,
      userId: world.wallet.userId,
      publisherId: made.quote.publisherId,
      chargeMinor: 20n,
      chargeCurrency: 'EUR',
      rateTableId: 0,
      shownDigest: seedOf('shown'),
      audience,
      consentPlace: 'overlay',
      deadlineMs: NOON_MS + 120_000,
      sessionKey: made.offer.sessionKey,
      playerKey: day.player('lumen-works').publicKey,
      proof: 'press',
    });
    return sealEnvelope('payment-request', body, day.press, []);
  };
  const request = requestFor(audiences.server);
  const { body } = readEnvelope(request);
  const refused: PaymentDecision = {
    signer: server.keyHash,
    outcome: 'refused',
    code: 'INSUFFICIENT',
    requestHash: requestHash(body),
    offerHash: made.quote.offerHash,
    gameId: made.quote.gameId,
    amountMinor: 20n,
    currency: 'EUR',
    offerTimeMs: made.offer.offerTimeMs,
    nonce: made.offer.nonce,
    sessionKey: made.offer.sessionKey,
    playerKey: decodePaymentRequest(body).playerKey,
    chargedMinor: 0n,
    chargedCurrency: 'EUR',
    rateTableId: 0,
    settlement: 'none',
    purse: 'prepaid',
    decisionId: bytes16Of('decision'),
    timeMs: NOON_MS,
    card: undefined,
    sealedKey: undefined,
  };
  const approved = {
    ...refused,
    outcome: 'approved',
    code: 'APPROVED',
    chargedMinor: 20n,
    settlement: 'debited',
  } as const;
  const sealed = (decision: PaymentDecision): Uint8Array =>
    sealEnvelope('payment-decision', encodePaymentDecision(decision), server.signer, server.chain);
  await world.wallet.close();
  cpSync(world.profilePath, join(folder, 'profile'), { recursive: true });
  furnish(folder, {
    offer: made.offerBytes,
    'to-server': request,
    'to-card': requestFor(audiences.card),
    refusal: sealed(refused),
    approval: sealed(approved),
    root: world.tree.root,
    had: new TextEncoder().encode(String(hadMinor)),
  });
}

interface Run {
  readonly folder: string;
  /** How it had ended, and how many calls there were; empty where it was killed before it could say so. */
  readonly said: string;
}

/** Runs of one course, each on its own copy of the same folder. */
class Runs {
  readonly #ground = temporaryFolder();
  readonly #program = join(this.#ground, 'step.mjs');
  readonly #before = join(this.#ground, 'before');
  readonly #course: string;

  constructor(course: string) {
    this.#course = course;
    mkdirSync(this.#before);
    buildSync({
      entryPoints: [join(import.meta.dirname, 'payment-step.ts')],
      outfile: this.#program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: ['coinslot-source'],
      external: ['smartcard'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'error',
    });
  }

  prepare(hadMinor: bigint): Promise<void> {
    return prepare(this.#before, hadMinor);
  }

  /** Killed before its `at`-th call; 0: let through. */
  run(at: number): Run {
    const folder = join(this.#ground, `run-${at}`);
    cpSync(this.#before, folder, { recursive: true });
    const args = [this.#program, folder, this.#course, String(at)];
    const ended = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
    if (ended.status !== 0 && ended.signal !== 'SIGKILL') throw new Error(`the step failed: ${ended.stderr}`);
    return { folder, said: ended.stdout };
  }
}

describe('a payment killed before every call that changes the disk', () => {
  it.each(Object.entries(COURSES))(
    '%s',
    async (name, { order, server }) => {
      const runs = new Runs(name);
      // A card that is to refuse holds less than the price.
      await runs.prepare(server === 'pays' ? 10n : 1_000n);
      // A server that was away is there again in the next run: it has never heard of the nonce, and signs a refusal.
      const later: ServerDoes = server === 'away' ? 'refuses' : server;
      const judge = async ({ folder, said }: Run): Promise<void> => {
        const { payment, cardTook, serverTook } = await payIn(folder, order, later, false);
        expect(cardTook + serverTook, 'one debit, or none').toBe(payment?.status === 'approved' ? 20n : 0n);
        expect(payment?.status).not.toBe('pending');
        if (said !== '') expect(payment?.status).toBe(said.split(' ')[0]);
        // Nobody was passed over who had been asked and not answered.
        const passed = payment?.attempts.slice(0, -1) ?? [];
        expect(passed.filter(({ decision }) => decision === undefined && server !== 'away')).toEqual([]);
      };
      const whole = runs.run(0);
      await judge(whole);
      const points = Number(whole.said.split(' ')[1]);
      expect(points).toBeGreaterThan(5);
      // Every second one; COINSLOT_EVERY_KILL=1 takes all.
      const step = process.env['COINSLOT_EVERY_KILL'] === undefined ? 2 : 1;
      for (let at = 1; at <= points; at += step) {
        await judge(runs.run(at)).catch((cause: unknown) => {
          throw new Error(`killed before call ${at} of ${points}: ${String(cause)}`, { cause });
        });
      }
      console.info(`payment sweep, ${name}: ${points} kill points`);
    },
    240_000,
  );
});
