/** Mandates, publishers' bank details, and accounts that are closed: all by the signature of whose money it is. */
import { decodeAccountStatement, readEnvelope, sealEnvelope } from '@coinslot/protocol';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { bytes16Of, makeAccountRequest, makePublisher, makeTree, type Player } from '../lib/parties.ts';
import {
  buy,
  camt,
  closeAt,
  makeBankDetails,
  makeMandate,
  mustBuy,
  PLAYERS_IBAN,
  startMonth,
  type Month,
} from './month-world.ts';
import { balanceOf, bytesOf, enrolPlayer, ledgerOf, post, requireBooks } from './started-server.ts';

const APRIL = Date.UTC(2026, 3, 1);
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const answerOf = async (response: Response): Promise<[number, string | undefined]> => [
  response.status,
  ((await response.json()) as { code?: string }).code,
];

describe('a mandate', () => {
  it('is taken once, and the newest counts', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { plan: 'postpaid' });
    const first = makeMandate(month, player);
    const answer = await post(month, '/v1/mandates', first);
    expect([answer.status, await answer.json()]).toEqual([200, { userId: hexOf(player.userId), number: 1 }]);
    expect((await post(month, '/v1/mandates', first)).status).toBe(200);
    expect((await post(month, '/v1/mandates', makeMandate(month, player, { number: 7, way: 'transfer' }))).status).toBe(
      200,
    );
    const { periods } = month.server.service.records;
    expect(await periods.findMandate(player.userId)).toMatchObject({ number: 7, way: 'transfer', iban: '' });
    expect(await answerOf(await post(month, '/v1/mandates', makeMandate(month, player, { number: 6 })))).toEqual([
      409,
      'CONSENT_STALE',
    ]);
    expect(await answerOf(await post(month, '/v1/mandates', makeMandate(month, player, { number: 7 })))).toEqual([
      409,
      'ID_CONFLICT',
    ]);
  });

  it('is refused by any other key, from nobody, for another server, and out of date', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { plan: 'postpaid' });
    const { body } = readEnvelope(makeMandate(month, player));
    const refused: [Uint8Array, string][] = [
      [sealEnvelope('payment-mandate', body, player.account, []), 'BAD_SIGNATURE'],
      [sealEnvelope('payment-mandate', body, player.press, []), 'BAD_SIGNATURE'],
      [makeMandate(month, player, { audience: new Uint8Array(32) }), 'BAD_KEY'],
      [makeMandate(month, player, { userId: bytes16Of('nobody') }), 'BAD_KEY'],
      [makeMandate(month, player, { timeMs: month.time.nowMs - 3_600_000 }), 'CLOCK_SKEW'],
    ];
    for (const [envelope, code] of refused)
      expect((await answerOf(await post(month, '/v1/mandates', envelope)))[1], code).toBe(code);
    expect(await month.server.service.records.periods.findMandate(player.userId)).toBeUndefined();
  });
});

describe('bank details', () => {
  it('are taken once, and only with a higher number changed', async () => {
    const month = await startMonth();
    const first = makeBankDetails(month);
    const answer = await post(month, '/v1/bank-details', first);
    expect([answer.status, await answer.json()]).toEqual([200, { publisherId: 'lumen-works', number: 1 }]);
    expect((await post(month, '/v1/bank-details', first)).status).toBe(200);
    expect(await answerOf(await post(month, '/v1/bank-details', makeBankDetails(month, { holder: 'Other' })))).toEqual([
      409,
      'ID_CONFLICT',
    ]);
    expect((await post(month, '/v1/bank-details', makeBankDetails(month, { number: 3 }))).status).toBe(200);
    expect(await answerOf(await post(month, '/v1/bank-details', makeBankDetails(month, { number: 2 })))).toEqual([
      409,
      'CONSENT_STALE',
    ]);
  });

  it('S10: are refused from another publisher, another authority, nobody enrolled, another server, and out of date', async () => {
    const month = await startMonth();
    const { tree } = month;
    const other = makePublisher(tree, { id: 'north-games', commonName: 'North Games' });
    const stranger = makePublisher(makeTree({ name: 'other authority' }));
    const refused: [Uint8Array, string][] = [
      [makeBankDetails(month, { publisherId: 'lumen-works' }, other), 'BAD_KEY'],
      [makeBankDetails(month, {}, other), 'BAD_KEY'],
      [makeBankDetails(month, {}, stranger), 'CHAIN_UNTRUSTED'],
      [makeBankDetails(month, {}, month.holder), 'CHAIN_ROLE'],
      [makeBankDetails(month, { audience: new Uint8Array(32) }), 'BAD_KEY'],
      [makeBankDetails(month, { timeMs: month.time.nowMs - 3_600_000 }), 'CLOCK_SKEW'],
    ];
    for (const [envelope, code] of refused)
      expect((await answerOf(await post(month, '/v1/bank-details', envelope)))[1], code).toBe(code);
    expect(await month.server.service.records.periods.findBankDetails('lumen-works')).toBeUndefined();
  });
});

describe('an account that its player closes', () => {
  const closing = (month: Month, player: Player, nonce = 'closing', signer = player.pin): Uint8Array => {
    const fields = { ask: 'close' as const, timeMs: month.time.nowMs, nonce: bytes16Of(nonce) };
    const { body } = readEnvelope(makeAccountRequest(player, month.holder, fields));
    return sealEnvelope('account-request', body, signer, []);
  };

  it('gives a prepaid balance back to the IBAN of the mandate, and buys nothing more', async () => {
    const month = await startMonth();
    const { server, bank } = month;
    const player = await enrolPlayer(month, { moneyMinor: 5_000n });
    await server.service.mandates.take(makeMandate(month, player));
    await mustBuy(month, player, { amountMinor: 700n });
    const request = closing(month, player);
    const answer = await post(month, '/v1/accounts', request);
    const statement = decodeAccountStatement(readEnvelope(await bytesOf(answer)).body);
    expect(statement).toMatchObject({ balanceMinor: 0n });
    expect((await post(month, '/v1/accounts', request)).status).toBe(200);
    expect(await ledgerOf(month, 'payout-transit', hexOf(player.userId))).toBe(4_300n);
    expect((await buy(month, player)).code).toBe('INSUFFICIENT');
    // What comes in for it waits for a person.
    const late = camt({ reference: 'LATE', amount: '3.00', remittance: hexOf(player.userId) });
    expect((await server.service.bank.takeNotice(late)).booked).toEqual({ suspense: 1 });
    await closeAt(month, 202603, APRIL);
    const file = bank.files.get('CS-P-202603-EUR-1') ?? '';
    for (const word of [PLAYERS_IBAN, 'Ada Player', '>43.00<']) expect(file).toContain(word);
    const [withdrawal] = await server.service.records.periods.listWithdrawals('', 10);
    expect(withdrawal).toMatchObject({ state: 'handed', amountMinor: 4_300n });
    const endToEndId = withdrawal?.endToEndId ?? '';
    await server.service.bank.takeNotice(camt({ reference: 'OUT', endToEndId, amount: '43.00', direction: 'out' }));
    expect(await ledgerOf(month, 'payout-transit', hexOf(player.userId))).toBe(0n);
    await server.service.bank.takeNotice(camt({ reference: 'BACK', endToEndId, amount: '43.00', returned: 'AC04' }));
    expect(await ledgerOf(month, 'bank-suspense')).toBe(4_600n);
    await requireBooks(month);
  });

  it.each([
    ['withdrawals', /goes where no mandate of its player says/],
    ['mandates', /goes where no mandate of its player says/],
    ['withdrawals mandates', /mandate 1 of [0-9a-f]{32}: not what was signed/],
  ])(
    'S10: sends nothing to an account that somebody swapped in %s, and the closing says so',
    async (tables, finding) => {
      const month = await startMonth();
      const { server, bank, storePath } = month;
      const player = await enrolPlayer(month, { moneyMinor: 5_000n });
      await server.service.mandates.take(makeMandate(month, player));
      expect((await post(month, '/v1/accounts', closing(month, player))).status).toBe(200);
      const shell = new Database(storePath);
      for (const table of tables.split(' ')) {
        for (const trigger of shell
          .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?")
          .pluck()
          .all(table))
          shell.exec(`DROP TRIGGER "${String(trigger)}"`);
        shell.exec(`UPDATE ${table} SET iban = 'GB82WEST12345698765432'`);
      }
      shell.close();
      const closed = await closeAt(month, 202603, APRIL);
      expect(closed.findings).toEqual([expect.stringMatching(finding)]);
      expect(bank.files.size).toBe(0);
      expect(await ledgerOf(month, 'payout-transit', hexOf(player.userId))).toBe(5_000n);
      const { findings } = server.service.records;
      const [left, ...others] = await findings.listOpenFindings(undefined, 9);
      expect([others, left?.words]).toEqual([[], closed.findings[0]]);
      expect(left).toMatchObject({
        kind: 'order-left-out',
        party: hexOf(player.userId),
        money: { amountMinor: 5_000n },
      });
      // Put right, it is in the next file, and the finding is over.
      const again = new Database(storePath);
      for (const table of tables.split(' ')) again.exec(`UPDATE ${table} SET iban = '${PLAYERS_IBAN}'`);
      again.close();
      expect(await closeAt(month, 202604, Date.UTC(2026, 4, 1))).toMatchObject({ findings: [], files: 1 });
      const over = { about: left?.about, ended: { by: 'course' } };
      expect(await findings.listEndedFindings(undefined, 9)).toMatchObject([over]);
    },
  );

  it('keeps its balance without a mandate; a postpaid one owes what it owes under a ceiling of 0', async () => {
    const month = await startMonth();
    const prepaid = await enrolPlayer(month, { moneyMinor: 500n });
    const postpaid = await enrolPlayer(month, { name: 'Bob', plan: 'postpaid', moneyMinor: 5_000n });
    await mustBuy(month, postpaid, { amountMinor: 700n });
    for (const player of [prepaid, postpaid])
      expect((await post(month, '/v1/accounts', closing(month, player))).status).toBe(200);
    expect([await balanceOf(month, prepaid), await balanceOf(month, postpaid)]).toEqual([500n, -700n]);
    expect((await buy(month, prepaid)).code).toBe('INSUFFICIENT');
    expect((await buy(month, postpaid)).code).toBe('CEILING');
    await closeAt(month, 202603, APRIL);
    const { periods } = month.server.service.records;
    expect(await periods.findBill(`B-202603-${hexOf(postpaid.userId)}`)).toMatchObject({ dueMinor: 700n });
    await requireBooks(month);
  });

  it('is closed by the PIN key alone, and only while the request is fresh', async () => {
    const month = await startMonth();
    const player = await enrolPlayer(month, { moneyMinor: 500n });
    for (const signer of [player.account, player.press])
      expect(await answerOf(await post(month, '/v1/accounts', closing(month, player, 'x', signer)))).toEqual([
        403,
        'BAD_SIGNATURE',
      ]);
    const old = closing(month, player);
    month.time.nowMs += 3_600_000;
    expect(await answerOf(await post(month, '/v1/accounts', old))).toEqual([422, 'CLOCK_SKEW']);
    expect((await month.server.service.records.findPlayer(player.userId))?.closedAtMs).toBeUndefined();
  });
});
