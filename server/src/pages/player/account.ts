/** The player's account at a glance: what is there or owed, how to pay in, what this month did, how bills are paid. */
import type { WebAnswer } from '../../http/web.ts';
import type { Mandate } from '../../bills/types.ts';
import { spendableMinor, type Player } from '../../players/types.ts';
import { grouped, hexOf, maskedIban } from '../format.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { openPeriod, type Page } from '../page.ts';
import { card, facts, meter, remark, state, thousandthsOf } from '../pieces.ts';
import { recentPurchases } from './purchases.ts';

export async function showAccount(page: Page, player: Player): Promise<WebAnswer> {
  const { words, parts } = page;
  const [mandate, recent, period] = await Promise.all([
    parts.store.periods.findMandate(player.userId),
    recentPurchases(page, player),
    openPeriod(page),
  ]);
  const { account } = words;
  const { closedAtMs } = player;
  return show(page, {
    title: account.title,
    note:
      closedAtMs === undefined ? undefined : remark('warn', account.closed(page.date(closedAtMs)), account.closedHint),
    body: html`<div class="columns">
      <div class="column">${balance(page, player)} ${payIn(page, player)} ${recent}</div>
      <div class="column">
        ${thisMonth(page, period)} ${player.plan === 'postpaid' && howPaid(page, mandate)} ${particulars(page, player)}
      </div>
    </div>`,
  });
}

function balance(page: Page, player: Player): Html {
  const { words, money } = page;
  const { account } = words;
  const { plan, balanceMinor, ceilingMinor, currency } = player;
  if (plan === 'prepaid')
    return html`<section class="card balance" aria-labelledby="balance-title">
      <h2 id="balance-title">${account.balance}</h2>
      <p class="amount">${money(balanceMinor, currency)}</p>
      <p class="hint">${account.prepaidHint}</p>
    </section>`;
  const owedMinor = -balanceMinor;
  return html`<section class="card balance" aria-labelledby="balance-title">
    <h2 id="balance-title">${owedMinor < 0n ? account.credit : account.owed}</h2>
    <p class="amount">${money(owedMinor < 0n ? -owedMinor : owedMinor, currency)}</p>
    ${meter(thousandthsOf(owedMinor, ceilingMinor))}
    <p class="hint">
      ${
        ceilingMinor === 0n
          ? account.noCeiling
          : account.ofCeiling(money(ceilingMinor, currency), money(positive(spendableMinor(player)), currency))
      }
    </p>
  </section>`;
}

const positive = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

/** Money comes in by a bank transfer that names the account; a sandbox has a bank of its own. */
function payIn({ words, parts }: Page, { userId, plan }: Player): Html {
  const { account } = words;
  const reference = hexOf(userId);
  const bank = parts.environment === 'sandbox' && parts.testBankPath !== undefined;
  return card(
    'pay-in',
    plan === 'prepaid' ? account.topUp : account.payOff,
    html`<p class="hint">${account.payInHow}</p>
      <p><span class="unseen">${account.reference}: </span><code class="reference">${reference}</code></p>
      <p class="hint">${account.payInWhen}</p>
      ${
        bank &&
        html`<p class="buttons">
          <a class="button primary" href="${parts.testBankPath}?user=${reference}">${account.testBank}</a>
        </p>`
      }`,
  );
}

function thisMonth({ words, month }: Page, period: number): Html {
  return card(
    'month',
    words.account.thisMonth(month(period)),
    html`<p>${words.account.thisMonthHint}</p>
      <p class="buttons"><a class="button" href="/account/statement">${words.account.openStatement}</a></p>`,
  );
}

/** A mandate is signed by the wallet's PIN key; the page shows it and says where it is changed. */
function howPaid(page: Page, mandate: Mandate | undefined): Html {
  const { words, date } = page;
  const { account, ways } = words;
  const way = mandate?.way ?? 'transfer';
  return card(
    'paying',
    account.howPaid,
    html`${facts([
        [account.way, ways[way]],
        mandate !== undefined && mandate.holder !== '' && [account.holder, mandate.holder],
        mandate !== undefined &&
          mandate.iban !== '' && [account.iban, html`<span class="code nowrap">${maskedIban(mandate.iban)}</span>`],
        mandate !== undefined && [account.mandate, html`<span class="code">${mandate.mandateId}</span>`],
        mandate !== undefined && [account.signed, date(mandate.signedAtMs)],
      ])}
      <p class="hint">${account.mandateMeans}</p>
      <p class="hint">${account.mandateChange}</p>`,
  );
}

function particulars(page: Page, player: Player): Html {
  const { words, money, date } = page;
  const { account } = words;
  const { plan, currency } = player;
  return card(
    'particulars',
    account.particulars,
    html`${facts([
        [account.state, standing(page, player)],
        [account.plan, html`${words.plans[plan]}<span class="hint"> – ${words.planHints[plan]}</span>`],
        [account.currency, currency],
        [account.number, html`<span class="code">${grouped(hexOf(player.userId))}</span>`],
        [account.since, date(player.enrolledAtMs)],
        [
          account.pressLimits,
          account.pressLimitsAre(
            money(player.pressPaymentMaxMinor, currency),
            money(player.pressDayMaxMinor, currency),
          ),
        ],
      ])}
      <p class="hint">${account.keysHint}</p>`,
  );
}

/** Whether the account is open. */
export const standing = ({ words, date }: Page, { closedAtMs }: Player): Html =>
  closedAtMs === undefined
    ? state('good', words.account.isOpen)
    : state('warn', words.account.closed(date(closedAtMs)));
