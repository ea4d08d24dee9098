/** Password proofs at the server: registered by the PIN key alone, taken in its place, and proven by the record for ever. */
import { decodeAccountStatement, packWire, readEnvelope, type Signer } from '@coinslot/protocol';
import { describe, expect, it } from 'vitest';
import { audit } from '@coinslot/server';
import { nativeSigner } from '@coinslot/protocol/node';
import Database from 'better-sqlite3';
import {
  bytes16Of,
  makeAccountRequest,
  makeOffer,
  makePlayer,
  makeRequest,
  seedOf,
  type Player,
} from '../lib/parties.ts';
import { expectNothing, prepaid } from './card-ground.ts';
import { CardHolder } from './card-holder.ts';
import { FIRST, outcome, pay, register, SECOND, signedBy, typing } from './password-ground.ts';
import { balanceOf, bytesOf, enrolPlayer, floatOf, post, requireBooks, startMarket } from './started-server.ts';

describe('a password', () => {
  it('pays above the press, and the PIN key pays nothing any more', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    expect(await pay(started, typing(player, FIRST), 'none yet', 'password')).toBe('403 CONSENT_REQUIRED');
    expect(await register(started, player, FIRST.publicKey)).toBe('200');
    expect(await pay(started, typing(player, FIRST), 'by password', 'password')).toBe('APPROVED');
    expect(await pay(started, player, 'by PIN', 'pin')).toBe('CONSENT_REQUIRED');
    expect(await balanceOf(started, player)).toBe(800n);
    await requireBooks(started);
  });

  it('that is wrong proves nothing: refused without a signature, and nothing is recorded', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    await register(started, player, FIRST.publicKey);
    expect(await pay(started, typing(player, SECOND), 'wrong', 'password')).toBe('403 BAD_SIGNATURE');
    expect(await pay(started, player, 'press key', 'password')).toBe('403 BAD_SIGNATURE');
    expect(await started.server.service.records.listDecisions(player.userId, 0n, 9)).toEqual([]);
    expect(await balanceOf(started, player)).toBe(1_000n);
  });

  it('changed: the one before is refused from then on, and what it paid stays proven', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    await register(started, player, FIRST.publicKey);
    expect(await pay(started, typing(player, FIRST), 'before', 'password')).toBe('APPROVED');
    started.time.nowMs += 1_000;
    expect(await register(started, player, SECOND.publicKey, {}, FIRST)).toBe('200');
    expect(await pay(started, typing(player, FIRST), 'old one', 'password')).toBe('CONSENT_REQUIRED');
    expect(await pay(started, typing(player, SECOND), 'new one', 'password')).toBe('APPROVED');
    await requireBooks(started);
  });

  it('taken away: the PIN key pays again', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    await register(started, player, FIRST.publicKey);
    started.time.nowMs += 1_000;
    expect(await register(started, player, undefined, {}, FIRST)).toBe('200');
    expect(await pay(started, player, 'by PIN', 'pin')).toBe('APPROVED');
    expect(await pay(started, typing(player, FIRST), 'by password', 'password')).toBe('CONSENT_REQUIRED');
  });

  it('a payment by PIN that was decided before it keeps its decision when it is asked for again', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    expect(await pay(started, player, 'lost answer', 'pin')).toBe('APPROVED');
    await register(started, player, FIRST.publicKey);
    expect(await pay(started, player, 'lost answer', 'pin')).toBe('APPROVED');
    expect(await balanceOf(started, player)).toBe(800n);
  });
});

describe('money that leaves the account by no payment', () => {
  it('goes onto a card by the password, and by the PIN key alone no more', async () => {
    const { started, player, card } = await prepaid();
    const load = async (signer: Signer): Promise<string> => {
      const upload = await card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 100n }] });
      const answer = await post(started, '/v1/cards/uploads', signedBy(signer, 'card-upload', upload));
      if (answer.ok) await card.take(await bytesOf(answer.clone()));
      return outcome(answer);
    };
    expect(await load(FIRST)).toBe('403 BAD_SIGNATURE');
    await register(started, player, FIRST.publicKey);
    await card.pay('before');
    await expectNothing(started, async () => {
      expect(await load(player.pin)).toBe('403 CONSENT_REQUIRED');
      expect(await load(player.account)).toBe('403 BAD_SIGNATURE');
      expect(await load(SECOND)).toBe('403 BAD_SIGNATURE');
    });
    expect(await load(FIRST)).toBe('200');
    expect([await balanceOf(started, player), await floatOf(started, card), await card.balance()]).toEqual([
      600n,
      380n,
      380n,
    ]);
    started.time.nowMs += 1_000;
    await register(started, player, SECOND.publicKey, {}, FIRST);
    expect(await load(FIRST)).toBe('403 CONSENT_REQUIRED');
    expect(await load(SECOND)).toBe('200');
    started.time.nowMs += 1_000;
    await register(started, player, undefined, {}, SECOND);
    expect(await load(SECOND)).toBe('403 CONSENT_REQUIRED');
    expect(await load(player.pin)).toBe('200');
    // What a card has to report is no matter of the password.
    await card.pay('after');
    await card.report();
    expect([await balanceOf(started, player), await floatOf(started, card)]).toEqual([400n, 560n]);
    await requireBooks(started);
  });

  it('that went onto a card before the password keeps its acknowledgement when it is asked for again', async () => {
    const { started, player, card } = await prepaid();
    const upload = await card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 100n }] });
    const first = await bytesOf(await post(started, '/v1/cards/uploads', upload));
    await register(started, player, FIRST.publicKey);
    expect(await bytesOf(await post(started, '/v1/cards/uploads', upload))).toEqual(first);
    await card.take(first);
    expect([await balanceOf(started, player), await card.balance()]).toEqual([600n, 400n]);
    await requireBooks(started);
  });

  it('comes within reach of a new card by the password alone', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const card = await CardHolder.blank(started, player);
    const first = await card.apply();
    const apply = async (signer: Signer, application: Uint8Array): Promise<string> =>
      outcome(await post(started, '/v1/cards', signedBy(signer, 'card-application', application)));
    await register(started, player, FIRST.publicKey);
    await expectNothing(started, async () => {
      expect(await apply(player.account, first)).toBe('403 CONSENT_REQUIRED');
      expect(await apply(player.pin, first)).toBe('403 BAD_SIGNATURE');
    });
    expect(await apply(FIRST, first)).toBe('201');
    started.time.nowMs += 1_000;
    await register(started, player, undefined, {}, FIRST);
    // Answered for ever, and by the account key as before.
    expect(await apply(FIRST, first)).toBe('200');
    expect(await apply(player.account, await card.apply())).toBe('201');
    await requireBooks(started);
  });

  it('leaves with a closed account by the password alone', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    await register(started, player, FIRST.publicKey);
    const request = makeAccountRequest(player, started.holder, { ask: 'close', timeMs: started.time.nowMs });
    const close = async (signer: Signer): Promise<string> =>
      outcome(await post(started, '/v1/accounts', signedBy(signer, 'account-request', request)));
    const closedAt = async () => (await started.server.service.records.findPlayer(player.userId))?.closedAtMs;
    expect([await close(player.pin), await close(SECOND)]).toEqual(['403 CONSENT_REQUIRED', '403 BAD_SIGNATURE']);
    expect(await closedAt()).toBeUndefined();
    expect(await close(FIRST)).toBe('200');
    expect(await closedAt()).toBe(started.time.nowMs);
    await requireBooks(started);
  });
});

describe('registering one', () => {
  it.each([
    ['by the account key', (player: Player) => ({ ...player, pin: player.account }), {}, '403 BAD_SIGNATURE'],
    ['by the password itself', (player: Player) => ({ ...player, pin: FIRST }), {}, '403 BAD_SIGNATURE'],
    ['six minutes old', (player: Player) => player, { timeMs: 0 }, '422 CLOCK_SKEW'],
    ['the press key', (player: Player) => player, { passwordKey: makePlayer().press.publicKey }, '403 BAD_KEY'],
    [
      'a key of small order',
      (player: Player) => player,
      { passwordKey: Uint8Array.from([1, ...new Array<number>(31).fill(0)]) },
      '403 BAD_KEY',
    ],
  ] as const)('%s is refused', async (_, as, fields, expected) => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    expect(await register(started, as(player), FIRST.publicKey, fields)).toBe(expected);
    expect(await started.server.service.records.passwords.listPasswords(player.userId)).toEqual([]);
  });

  it('a signature is looked for under the newest of them alone, so that a stranger’s request costs little', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    await register(started, player, FIRST.publicKey);
    let standing = FIRST;
    for (let i = 0; i < 16; i++) {
      started.time.nowMs += 1_000;
      const next = nativeSigner(seedOf(`password ${i}`));
      await register(started, player, next.publicKey, {}, standing);
      standing = next;
    }
    expect(await pay(started, typing(player, FIRST), 'long ago', 'password')).toBe('403 BAD_SIGNATURE');
    expect(await pay(started, typing(player, nativeSigner(seedOf('password 0'))), 'before', 'password')).toBe(
      'CONSENT_REQUIRED',
    );
    expect(await pay(started, typing(player, nativeSigner(seedOf('password 15'))), 'now', 'password')).toBe('APPROVED');
    const close = makeAccountRequest(player, started.holder, { ask: 'close', timeMs: started.time.nowMs });
    const closing = async (signer: Signer): Promise<string> =>
      outcome(await post(started, '/v1/accounts', signedBy(signer, 'account-request', close)));
    expect(await closing(FIRST)).toBe('403 BAD_SIGNATURE');
    expect(await closing(nativeSigner(seedOf('password 0')))).toBe('403 CONSENT_REQUIRED');
  });

  it('cannot be played again after a later one', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    const nonce = bytes16Of('first');
    const first = { ask: 'password', passwordKey: FIRST.publicKey, timeMs: started.time.nowMs, nonce } as const;
    const recorded = makeAccountRequest(player, started.holder, first);
    await post(started, '/v1/accounts', recorded);
    started.time.nowMs += 1_000;
    await register(started, player, SECOND.publicKey, {}, FIRST);
    // The same bytes are answered, as their answer may have been lost, and change nothing.
    expect(await outcome(await post(started, '/v1/accounts', recorded))).toBe('200');
    expect(await register(started, player, FIRST.publicKey, { timeMs: first.timeMs + 999 })).toBe('409 CONSENT_STALE');
    expect(await pay(started, typing(player, FIRST), 'old', 'password')).toBe('CONSENT_REQUIRED');
    expect(await started.server.service.records.passwords.listPasswords(player.userId)).toHaveLength(2);
  });

  it('is handed over to the account key, as it came and by position', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    await register(started, player, FIRST.publicKey);
    started.time.nowMs += 1_000;
    await register(started, player, undefined);
    const list = async (after: bigint): Promise<(Uint8Array | undefined)[]> => {
      const asked = {
        ask: 'passwords',
        after,
        nonce: bytes16Of(`after ${after}`),
        timeMs: started.time.nowMs,
      } as const;
      const answer = await post(started, '/v1/accounts', makeAccountRequest(player, started.holder, asked));
      return decodeAccountStatement(readEnvelope(await bytesOf(answer)).body).decisions.map(
        (one) => readEnvelope(one).body,
      );
    };
    const all = await list(0n);
    expect(all).toHaveLength(2);
    expect(await list(1n)).toEqual(all.slice(1));
  });
});

describe('the record', () => {
  it('without the registration: books and audit find that nobody proved the payment', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    await register(started, player, FIRST.publicKey);
    await pay(started, typing(player, FIRST), 'paid', 'password');
    const books = new Database(started.storePath);
    books.exec('DROP TRIGGER passwords_no_delete; DELETE FROM passwords');
    books.close();
    const { findings } = await started.server.service.verifyBooks();
    expect(findings.join()).toContain("player's signature does not hold");
    const report = await audit({ store: started.server.service.records, roots: started.tree.roots });
    expect(report.findings.map(({ kind }) => kind)).toContain('signature');
  });

  it('a key that the operator put there is a finding: only the PIN key registers one', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    await register(started, player, FIRST.publicKey);
    await pay(started, typing(player, FIRST), 'paid', 'password');
    const books = new Database(started.storePath);
    books.exec('DROP TRIGGER passwords_no_update');
    const forged = makeAccountRequest({ ...player, pin: SECOND }, started.holder, {
      ask: 'password',
      passwordKey: FIRST.publicKey,
    });
    books.prepare('UPDATE passwords SET envelope = ?').run(forged);
    books.close();
    const report = await audit({ store: started.server.service.records, roots: started.tree.roots });
    expect(report.findings.map(({ kind }) => kind)).toContain('signature');
  });

  it('comes back as evidence once the password is known again', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    await register(started, player, FIRST.publicKey);
    const offer = makeOffer(started.publisher, { nonce: 'paid', quote: { amountMinor: 200n } });
    const request = makeRequest(typing(player, FIRST), started.holder, offer, { proof: 'password' });
    const answer = await started.server.decide(request);
    if (answer.kind !== 'decided') throw new Error(answer.kind);
    const older = await startMarket();
    await enrolPlayer(older);
    const bring = async (): Promise<unknown> => {
      const response = await post(older, '/v1/evidence', packWire([[request, answer.decision]]));
      return ((await response.json()) as { evidence: unknown }).evidence;
    };
    expect(await bring()).toMatchObject([{ outcome: 'refused', code: 'BAD_KEY' }]);
    await register(older, player, FIRST.publicKey);
    expect(await bring()).toMatchObject([{ outcome: 'booked' }]);
    await requireBooks(older);
  });
});
