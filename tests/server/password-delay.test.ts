/** Another password without the word of the one that stands: it waits a day, the one that stands goes on, and its player may keep it. */
import { accountRequestHash, PASSWORD_DELAY_MS, readEnvelope, type Signer } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { audit, reportText } from '@coinslot/server';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { makeAccountRequest, makePlayer, seedOf, type Player } from '../lib/parties.ts';
import { prepaid } from './card-ground.ts';
import { FIRST, outcome, pay, register, SECOND, signedBy, typing } from './password-ground.ts';
import {
  balanceOf,
  enrolPlayer,
  post,
  requireBooks,
  startMarket,
  startServer,
  type Started,
} from './started-server.ts';

const THIRD = nativeSigner(seedOf('third'));

/** A player whose FIRST stands, a second later. */
async function withFirst(): Promise<{ started: Started; player: Player }> {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  expect(await register(started, player, FIRST.publicKey)).toBe('200');
  started.time.nowMs += 1_000;
  return { started, player };
}

/** As many as if the PIN key had registered them, a ms apart: new ones, or the endorser's again. */
function flood(started: Started, player: Player, count: number, endorser?: Signer): void {
  const books = new Database(started.storePath);
  const insert = books.prepare(
    `INSERT INTO passwords (user_id, request_hash, public_key, envelope, time_ms, taken_at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  for (let i = 0; i < count; i++) {
    const { publicKey } = endorser ?? nativeSigner(seedOf(`flood ${i}`));
    const timeMs = (started.time.nowMs += 1);
    const fields = { ask: 'password', passwordKey: publicKey, timeMs } as const;
    const envelope = makeAccountRequest(player, started.holder, fields, endorser);
    insert.run(player.userId, accountRequestHash(readEnvelope(envelope).body), publicKey, envelope, timeMs, timeMs);
  }
  books.close();
  started.time.nowMs += 1;
}

let payments = 0;
const pays = (started: Started, player: Player, password: Signer): Promise<string> =>
  pay(started, typing(player, password), `payment ${payments++}`, 'password');
const paysByPin = (started: Started, player: Player): Promise<string> =>
  pay(started, player, `payment ${payments++}`, 'pin');

describe('by the PIN key alone', () => {
  it('a new password pays nothing within the delay, and the one that stands pays on; then the reverse', async () => {
    const { started, player } = await withFirst();
    expect(await register(started, player, SECOND.publicKey)).toBe('200');
    const takenMs = started.time.nowMs;
    for (const nowMs of [takenMs, takenMs + PASSWORD_DELAY_MS - 1]) {
      started.time.nowMs = nowMs;
      expect(await pays(started, player, SECOND)).toBe('CONSENT_REQUIRED');
      expect(await paysByPin(started, player)).toBe('CONSENT_REQUIRED');
      expect(await pays(started, player, FIRST)).toBe('APPROVED');
    }
    started.time.nowMs += 1;
    expect(await pays(started, player, FIRST)).toBe('CONSENT_REQUIRED');
    expect(await pays(started, player, SECOND)).toBe('APPROVED');
    expect(await balanceOf(started, player)).toBe(400n);
    await requireBooks(started);
  });

  it('the one that stands is not taken away within the delay; then the PIN pays', async () => {
    const { started, player } = await withFirst();
    expect(await register(started, player, undefined)).toBe('200');
    expect(await paysByPin(started, player)).toBe('CONSENT_REQUIRED');
    expect(await pays(started, player, FIRST)).toBe('APPROVED');
    started.time.nowMs += PASSWORD_DELAY_MS;
    expect(await pays(started, player, FIRST)).toBe('CONSENT_REQUIRED');
    expect(await paysByPin(started, player)).toBe('APPROVED');
    await requireBooks(started);
  });

  it('it does not take away first and set then: that waits as well, from its own time', async () => {
    const { started, player } = await withFirst();
    await register(started, player, undefined);
    started.time.nowMs += PASSWORD_DELAY_MS / 2;
    expect(await register(started, player, SECOND.publicKey)).toBe('200');
    started.time.nowMs += PASSWORD_DELAY_MS - 1;
    expect(await paysByPin(started, player)).toBe('CONSENT_REQUIRED');
    expect(await pays(started, player, SECOND)).toBe('CONSENT_REQUIRED');
    expect(await pays(started, player, FIRST)).toBe('APPROVED');
    started.time.nowMs += 1;
    expect(await pays(started, player, SECOND)).toBe('APPROVED');
    await requireBooks(started);
  });

  it('value goes onto no card, and an account is not closed, by what waits', async () => {
    const { started, player, card } = await prepaid();
    await register(started, player, FIRST.publicKey);
    started.time.nowMs += 1_000;
    await register(started, player, SECOND.publicKey);
    const upload = await card.upload({ loads: [{ purse: 'prepaid-EUR', amountMinor: 100n }] });
    const load = async (signer: Signer): Promise<string> =>
      outcome(await post(started, '/v1/cards/uploads', signedBy(signer, 'card-upload', upload)));
    const asked = makeAccountRequest(player, started.holder, { ask: 'close', timeMs: started.time.nowMs });
    const close = async (signer: Signer): Promise<string> =>
      outcome(await post(started, '/v1/accounts', signedBy(signer, 'account-request', asked)));
    for (const signer of [SECOND, player.pin])
      expect([await load(signer), await close(signer)]).toEqual(['403 CONSENT_REQUIRED', '403 CONSENT_REQUIRED']);
    expect([await load(FIRST), await close(FIRST)]).toEqual(['200', '200']);
    await requireBooks(started);
  });

  it('what has come to hold is not undone by a request that is dated before, endorsed or not: it has paid', async () => {
    const { started, player } = await withFirst();
    await register(started, player, SECOND.publicKey);
    const timeMs = started.time.nowMs + PASSWORD_DELAY_MS - 1;
    started.time.nowMs = timeMs + 60_000;
    expect(await pays(started, player, SECOND)).toBe('APPROVED');
    expect(await register(started, player, FIRST.publicKey, { timeMs }, FIRST)).toBe('409 CONSENT_STALE');
    expect(await register(started, player, THIRD.publicKey, { timeMs })).toBe('409 CONSENT_STALE');
    expect(await pays(started, player, SECOND)).toBe('APPROVED');
    expect(await register(started, player, THIRD.publicKey, { timeMs: timeMs + 1 })).toBe('200');
    expect(await pays(started, player, SECOND)).toBe('APPROVED');
    await requireBooks(started);
  });

  it('it waits over a restart of the server', async () => {
    const { started, player } = await withFirst();
    await register(started, player, SECOND.publicKey);
    await started.server.close();
    const { storePath, holder, tree, time } = started;
    const again = await startServer({ storePath, holder, tree, nowMs: time.nowMs + PASSWORD_DELAY_MS - 1 });
    expect(await pays(again, player, SECOND)).toBe('CONSENT_REQUIRED');
    expect(await pays(again, player, FIRST)).toBe('APPROVED');
    again.time.nowMs += 1;
    expect(await pays(again, player, SECOND)).toBe('APPROVED');
  });

  it('a hundred of them neither hide the one that stands nor keep it from being kept', async () => {
    const { started, player } = await withFirst();
    flood(started, player, 99);
    expect(await register(started, player, SECOND.publicKey)).toMatch(/LIMIT$/);
    expect(await pays(started, player, FIRST)).toBe('APPROVED');
    expect(await register(started, player, FIRST.publicKey, {}, FIRST)).toBe('200');
    started.time.nowMs += PASSWORD_DELAY_MS;
    expect(await pays(started, player, FIRST)).toBe('APPROVED');
  });
});

describe('by the word of the one that stands', () => {
  it('a hundred changes leave the way of who has forgotten it', async () => {
    const { started, player } = await withFirst();
    flood(started, player, 100, FIRST);
    expect(await register(started, player, FIRST.publicKey, {}, FIRST)).toMatch(/LIMIT$/);
    expect(await register(started, player, SECOND.publicKey)).toBe('200');
    started.time.nowMs += PASSWORD_DELAY_MS;
    expect(await pays(started, player, SECOND)).toBe('APPROVED');
  });

  it('another one holds at once, and what waited never does', async () => {
    const { started, player } = await withFirst();
    await register(started, player, SECOND.publicKey);
    started.time.nowMs += 1_000;
    expect(await register(started, player, THIRD.publicKey, {}, FIRST)).toBe('200');
    expect(await pays(started, player, FIRST)).toBe('CONSENT_REQUIRED');
    expect(await pays(started, player, THIRD)).toBe('APPROVED');
    started.time.nowMs += PASSWORD_DELAY_MS;
    expect(await pays(started, player, SECOND)).toBe('CONSENT_REQUIRED');
    expect(await pays(started, player, THIRD)).toBe('APPROVED');
    await requireBooks(started);
  });

  it('it is kept: what waited never holds', async () => {
    const { started, player } = await withFirst();
    await register(started, player, SECOND.publicKey);
    started.time.nowMs += 1_000;
    expect(await register(started, player, FIRST.publicKey, {}, FIRST)).toBe('200');
    started.time.nowMs += 2 * PASSWORD_DELAY_MS;
    expect(await pays(started, player, SECOND)).toBe('CONSENT_REQUIRED');
    expect(await pays(started, player, FIRST)).toBe('APPROVED');
    await requireBooks(started);
  });

  it('what waits need not wait, where the one that stands says so', async () => {
    const { started, player } = await withFirst();
    await register(started, player, SECOND.publicKey);
    started.time.nowMs += 1_000;
    expect(await register(started, player, SECOND.publicKey, {}, FIRST)).toBe('200');
    expect(await pays(started, player, SECOND)).toBe('APPROVED');
    await requireBooks(started);
  });

  const bob = makePlayer('Bob');
  it.each([
    ['by the one that waits', SECOND, {}, '403 BAD_SIGNATURE'],
    ['by the PIN key', undefined, { endorsement: new Uint8Array(64) }, '403 BAD_SIGNATURE'],
    ['by a stranger', bob.pin, {}, '403 BAD_SIGNATURE'],
  ] as const)('%s: refused, and nothing is kept', async (_, endorser, fields, expected) => {
    const { started, player } = await withFirst();
    await register(started, player, SECOND.publicKey);
    started.time.nowMs += 1_000;
    expect(await register(started, player, THIRD.publicKey, fields, endorser)).toBe(expected);
    expect(await started.server.service.records.passwords.listPasswords(player.userId)).toHaveLength(2);
    expect(await pays(started, player, FIRST)).toBe('APPROVED');
  });

  it('none stands, so none endorses', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    expect(await register(started, player, FIRST.publicKey, {}, FIRST)).toBe('403 BAD_SIGNATURE');
    expect(await started.server.service.records.passwords.listPasswords(player.userId)).toEqual([]);
  });
});

describe('the audit', () => {
  it('finds a payment by one that waited, where the books say that it held at once', async () => {
    const { started, player } = await withFirst();
    await register(started, player, SECOND.publicKey);
    const { passwords } = started.server.service.records;
    const list = passwords.listPasswords.bind(passwords);
    // The server forgets the one that stands for as long as it takes to pay.
    passwords.listPasswords = async (userId) => (await list(userId)).slice(1);
    expect(await pays(started, player, SECOND)).toBe('APPROVED');
    passwords.listPasswords = list;
    const report = await audit({ store: started.server.service.records, roots: started.tree.roots });
    expect(reportText(report)).toContain('a password that held at');
    expect(report.findings).toMatchObject([{ kind: 'signature' }]);
  });

  it('finds a payment by one that was replaced, and one by the PIN while a password stood', async () => {
    const { started, player } = await withFirst();
    await register(started, player, SECOND.publicKey, {}, FIRST);
    started.time.nowMs += 3_600_000;
    const { passwords } = started.server.service.records;
    const list = passwords.listPasswords.bind(passwords);
    passwords.listPasswords = async (userId) => (await list(userId)).slice(0, 1);
    expect(await pays(started, player, FIRST)).toBe('APPROVED');
    passwords.listPasswords = () => Promise.resolve([]);
    expect(await paysByPin(started, player)).toBe('APPROVED');
    passwords.listPasswords = list;
    const report = await audit({ store: started.server.service.records, roots: started.tree.roots });
    expect(report.findings).toMatchObject([{ kind: 'signature' }, { kind: 'signature' }]);
    expect(reportText(report)).toContain('a password that held at');
    expect(reportText(report)).toContain('proven by the password');
  });

  it('takes payments by the PIN before the first password held, and after the last was taken away', async () => {
    const started = await startMarket();
    const player = await enrolPlayer(started);
    expect(await paysByPin(started, player)).toBe('APPROVED');
    started.time.nowMs += 3_600_000;
    await register(started, player, FIRST.publicKey);
    started.time.nowMs += 3_600_000;
    expect(await pays(started, player, FIRST)).toBe('APPROVED');
    await register(started, player, undefined);
    started.time.nowMs += PASSWORD_DELAY_MS;
    expect(await paysByPin(started, player)).toBe('APPROVED');
    started.time.nowMs += 3_600_000;
    expect(await paysByPin(started, player)).toBe('APPROVED');
    expect((await audit({ store: started.server.service.records, roots: started.tree.roots })).findings).toEqual([]);
  });

  it('takes that a server paid by one that held, while another whose clock was behind still took the next one', async () => {
    const { started, player } = await withFirst();
    await register(started, player, SECOND.publicKey);
    started.time.nowMs += PASSWORD_DELAY_MS;
    expect(await pays(started, player, SECOND)).toBe('APPROVED');
    started.time.nowMs -= 1_000;
    flood(started, player, 1, FIRST);
    expect((await audit({ store: started.server.service.records, roots: started.tree.roots })).findings).toEqual([]);
  });

  it('finds an endorsement that the one which stood never gave', async () => {
    const { started, player } = await withFirst();
    await register(started, player, SECOND.publicKey, {}, FIRST);
    const books = new Database(started.storePath);
    books.exec('DROP TRIGGER passwords_no_update');
    const fields = { ask: 'password', passwordKey: SECOND.publicKey, timeMs: started.time.nowMs } as const;
    const forged = makeAccountRequest(player, started.holder, fields, THIRD);
    books.prepare('UPDATE passwords SET envelope = ? WHERE public_key = ?').run(forged, SECOND.publicKey);
    books.close();
    await pays(started, player, FIRST);
    await pays(started, player, SECOND);
    const report = await audit({ store: started.server.service.records, roots: started.tree.roots });
    expect(reportText(report)).toContain('endorsed by');
  });
});
