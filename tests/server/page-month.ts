/** A month that was closed, as its parties' pages show it: bills, payouts, files, and what the bank said of them. */
import { DAY_MS, NOON_MS, type Player } from '../lib/parties.ts';
import { camt, makeBankDetails, makeMandate, startMonth, type Month } from './month-world.ts';
import { monthOfSales, visitOperator, type Visitor } from './page-world.ts';
import { enrolPlayer, post } from './started-server.ts';

export interface ClosedMonth {
  readonly month: Month;
  /** Prepaid and postpaid. */
  readonly ada: Player;
  readonly grace: Player;
  readonly operator: Visitor;
}

export const MARCH = 202603;

/** Sales in March; in April the operator closes March on the console, and takes a bank's notice by hand. */
export async function closedMarch(): Promise<ClosedMonth> {
  const month = await startMonth({ nowMs: NOON_MS });
  const ada = await enrolPlayer(month, { moneyMinor: 5_000n });
  const grace = await enrolPlayer(month, { name: 'Grace', plan: 'postpaid', moneyMinor: 10_000n });
  await post(month, '/v1/bank-details', makeBankDetails(month));
  await post(month, '/v1/mandates', makeMandate(month, grace));
  await monthOfSales(month, [ada, grace], 24);
  month.time.nowMs = NOON_MS + 32 * DAY_MS;
  const operator = await visitOperator(month);
  const closed = await operator.submit(`/operator/periods/${MARCH}/close`, { sure: 'yes' });
  if (closed.status !== 303) throw new Error(`closing: ${closed.status} ${await closed.text()}`);
  return { month, ada, grace, operator };
}

/** A notice with one payment that names nobody, as the operator uploads it. */
export async function uploadNotice({ operator }: Pick<ClosedMonth, 'operator'>, xml = stray()): Promise<Response> {
  const form = new FormData();
  form.set('token', await operator.tokenOn('/operator/bank'));
  form.set('notice', new Blob([Uint8Array.from(xml)], { type: 'text/xml' }), 'notice.xml');
  const origin = `http://127.0.0.1:${new URL((await operator.get('/operator/bank')).url).port}`;
  return fetch(`${origin}/operator/bank/notices`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin, cookie: operator.cookie, 'sec-fetch-site': 'same-origin' },
    body: form,
  });
}

const stray = (): Uint8Array => camt({ reference: 'STRAY-1', amount: '12.34', remittance: 'for the game' });
