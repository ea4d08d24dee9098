/** Where a publisher's money goes: as the publisher signed it, masked, and what still waits. */
import type { WebAnswer } from '../../http/web.ts';
import type { SignedBankDetails } from '../../payouts/types.ts';
import type { Publisher } from '../../publishers/types.ts';
import { maskedIban } from '../format.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import type { Page } from '../page.ts';
import { card, facts, remark, state } from '../pieces.ts';

export async function showBankDetails(page: Page, publisher: Publisher): Promise<WebAnswer> {
  const { words, parts, nowMs } = page;
  const { publisherId } = publisher;
  const newest = await parts.store.periods.findBankDetails(publisherId);
  // While new ones wait the old ones get nothing.
  const isWaiting = newest !== undefined && newest.takenAtMs > nowMs - parts.bankDetailsDelayMs;
  const w = words.bankDetails;
  return show(page, {
    title: w.title,
    lead: w.lead,
    body: html`${newest === undefined && remark('warn', w.none, w.noneHint)}
      <div class="columns">
        ${
          newest !== undefined &&
          (isWaiting
            ? waiting(page, newest)
            : detailsCard(page, 'in-force', w.inForce, newest, state('good', w.paidHere)))
        }
        ${how(page)}
      </div>`,
  });
}

function waiting(page: Page, details: SignedBankDetails): Html {
  const { words, date, parts } = page;
  const from = date(details.takenAtMs + parts.bankDetailsDelayMs);
  return detailsCard(
    page,
    'waiting',
    words.bankDetails.waiting,
    details,
    state('warn', words.bankDetails.waitsUntil(from)),
  );
}

function detailsCard(
  { words, time }: Page,
  id: string,
  title: string,
  details: SignedBankDetails,
  standing: Html,
): Html {
  const w = words.bankDetails;
  return card(
    id,
    title,
    facts([
      [w.number, details.number],
      [w.holder, details.holder],
      [w.iban, html`<span class="code nowrap">${maskedIban(details.iban)}</span>`],
      details.bic !== '' && [w.bic, html`<span class="code">${details.bic}</span>`],
      [w.currency, details.payoutCurrency],
      [w.signed, time(details.signedAtMs)],
      [w.taken, time(details.takenAtMs)],
    ]),
    standing,
  );
}

function how({ words, request }: Page): Html {
  const w = words.bankDetails;
  return card(
    'change',
    w.change,
    html`<p>${w.changeHow}</p>
      <p>
        <span class="code">coinslot bank-details --holder '…' --iban … --currency EUR --server ${request.origin}</span>
      </p>
      <p class="hint">${w.changeWhy}</p>`,
  );
}
