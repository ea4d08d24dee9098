/** Grace pays later, up to a ceiling that the server holds. */
import { convertMoney, decodePaymentDecision, decodeQuote, decodeRateTable, readEnvelope } from '@coinslot/protocol';
import type { Parties } from '../town.ts';
import { offerOf, readPriceList } from './forger.ts';
import type { Report } from './print.ts';
import { post, requestOf } from './server-door.ts';

/** More than the sample ceiling of 20.00 USD can hold of an offer of 1.00 USD. */
const PAYMENTS = 21;

export async function proveCeiling(report: Report, { sandbox, gameFolder }: Parties): Promise<void> {
  report.step('A postpaid player at the ceiling (20.00 USD)');
  const { grace } = sandbox.sandbox.players;
  const list = readPriceList(gameFolder);
  const table = decodeRateTable(
    readEnvelope(new Uint8Array(await (await fetch(`${sandbox.url}/v1/rates`)).arrayBuffer())).body,
  );
  const codes: string[] = [];
  for (let i = 0; i < PAYMENTS; i++) {
    const offer = offerOf(list, 'bonus');
    const price = decodeQuote(readEnvelope(offer.quote).body);
    const charge = convertMoney(price, grace.currency, table);
    const answer = await post(
      sandbox,
      requestOf(sandbox, grace, offer, { chargeMinor: charge.amountMinor, chargeCurrency: charge.currency }),
    );
    codes.push('decision' in answer ? decodePaymentDecision(readEnvelope(answer.decision).body).code : answer.code);
  }
  const approved = codes.filter((code) => code === 'APPROVED').length;
  report.check('twenty payments of 1.00 USD are recorded', approved === PAYMENTS - 1, String(approved));
  report.check('the next is refused, signed', codes.at(-1) === 'CEILING', codes.at(-1));
}
