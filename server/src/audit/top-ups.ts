/** Money that arrived at the bank, as the operator entered it: taken on the bank's word, held against what was posted for it. */
import { createHash } from 'node:crypto';
import type { Facts } from './audit.ts';
import { rowsOf } from './lists.ts';
import { account, move } from './model.ts';
import { playerAccount } from './decisions.ts';
import { hex } from './bytes.ts';

export async function auditTopUps({ witness, findings, expectations }: Facts): Promise<void> {
  const { store } = witness;
  for await (const { bankReference, userId, amountMinor, currency } of rowsOf(
    store.listTopUps.bind(store),
    '',
    (row) => row.bankReference,
  )) {
    const place = `top-up ${bankReference}`;
    findings.tick('topUps');
    const told = await store.periods.findBankEntry(bankReference);
    const how = told?.outcome === 'top-up' ? 'top-ups told by notices' : 'top-ups entered by the operator';
    findings.takeWord('bank', how, amountMinor, currency);
    const player = await witness.player(userId);
    if (player === undefined) {
      findings.find('signature', place, 'a player who enrolled', hex(userId));
      continue;
    }
    findings.same('message', `${place}, currency`, player.currency, currency);
    const reference = Uint8Array.from(createHash('sha256').update(bankReference).digest());
    const postings = [move(account('bank', currency), playerAccount(player), amountMinor)];
    await expectations.expect({ place, kind: 'top-up', reference, postings });
  }
}
