/** The test bank's pages, in HTML without any script. */
import type { Player } from '@coinslot/server';
import { moneyText } from '../console/fields.ts';
import { html, type Html } from '../web/html.ts';
import { filesSection } from './files-view.ts';
import type { MockBank } from './types.ts';

export interface BankView {
  readonly player: Player;
  readonly bank: MockBank;
  /** Hex. */
  readonly userId: string;
  readonly name: string;
  /** What can be paid in, minor units. */
  readonly amounts: readonly bigint[];
  /** What a postpaid player can be given, minor units. */
  readonly ceilingMinor: bigint;
  /** The bank's name for the payment to come. */
  readonly reference: string;
  /** What was just done, by name. */
  readonly done?: string | undefined;
  readonly failure?: string | undefined;
}

const DONE: Readonly<Record<string, string>> = {
  paid: 'Paid. The money is on the account.',
  ceiling: 'Done. The account has a ceiling now.',
  settled: 'Settled. The server has the bank’s notices.',
  returned: 'Given back. The server has the bank’s notice.',
  stranger: 'Money came in that nobody asked for. The server keeps it apart.',
  again: 'Told once more. The server has noticed that it knew.',
};

export function bankPage(view: BankView): string {
  const { player, name, done, failure } = view;
  const isPrepaid = player.plan === 'prepaid';
  const balance = isPrepaid ? player.balanceMinor : -player.balanceMinor;
  return frame(
    html`
      ${doneNote(done)} ${failure && html`<p class="note bad" role="alert">The bank could not do that. ${failure}</p>`}
      <dl class="standing">
        <div>
          <dt>Account of</dt>
          <dd>${name}</dd>
        </div>
        <div>
          <dt>${isPrepaid ? 'Balance' : 'Owed'}</dt>
          <dd class="figure">${moneyText(balance, player.currency)}</dd>
        </div>
        ${isPrepaid ? undefined : ceilingStanding(player)}
      </dl>
      ${isPrepaid ? undefined : ceilingForm(view)} ${payForm(view, isPrepaid)}
    `,
    filesSection(view.bank, view.userId),
  );
}

/** What concerns the player's own money ends at the wallet; the rest stays here. */
function doneNote(done: string | undefined): Html | undefined {
  const noted = done === undefined || !Object.hasOwn(DONE, done) ? undefined : DONE[done];
  if (noted === undefined) return undefined;
  const goOn = done === 'paid' || done === 'ceiling' ? ' You can close this page and go on in your wallet.' : '';
  return html`<p class="note good" role="status">${noted}${goOn}</p>`;
}

const ceilingStanding = ({ ceilingMinor, currency }: Player): Html =>
  html`<div>
    <dt>Ceiling</dt>
    <dd class="figure">${moneyText(ceilingMinor, currency)}</dd>
  </div>`;

function payForm({ userId, amounts, reference, player }: BankView, isPrepaid: boolean): Html {
  const choices = amounts.map(
    (amount, i) =>
      html`<label class="amount">
        <input type="radio" name="amount" value="${amount.toString()}" ${i === 1 ? html`checked` : undefined} />
        <span>${moneyText(amount, player.currency)}</span>
      </label>`,
  );
  return html`<form method="post" action="/bank/payments">
    <input type="hidden" name="user" value="${userId}" />
    <input type="hidden" name="reference" value="${reference}" />
    <fieldset class="amounts">
      <legend>${isPrepaid ? 'How much to put on the account' : 'How much to pay off'}</legend>
      ${choices}
    </fieldset>
    <button type="submit" class="main">Pay from test bank</button>
  </form>`;
}

function ceilingForm({ userId, ceilingMinor, player }: BankView): Html {
  return html`<form method="post" action="/bank/ceilings">
    <input type="hidden" name="user" value="${userId}" />
    <p>
      A postpaid account may owe up to its ceiling. A real operator would look at who you are first; this one does not.
    </p>
    <button type="submit" class="main">Set the ceiling to ${moneyText(ceilingMinor, player.currency)}</button>
  </form>`;
}

export interface StrangerView {
  /** Somebody asked for an account that is not here. */
  readonly isWrong: boolean;
  readonly done?: string | undefined;
  readonly bank: MockBank;
}

export function strangerPage({ isWrong, done, bank }: StrangerView): string {
  const sorry = html`<p class="note bad" role="alert">There is no account under that number here.</p>`;
  return frame(
    html`
      ${doneNote(done)} ${isWrong ? sorry : undefined}
      <p>
        Your wallet brings you here with the number of its account. Open one in the wallet first, or choose an account
        on the <a href="/">console</a>.
      </p>
    `,
    filesSection(bank, undefined),
  );
}

function frame(content: Html, files: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>TEST bank – Coinslot sandbox</title>
        <link rel="icon" href="/console/icon.svg" />
        <link rel="stylesheet" href="/console/console.css" />
      </head>
      <body class="bank">
        <header>
          <p class="test"><strong>TEST</strong> <span>Play money only. No bank, no card, no real payment.</span></p>
        </header>
        <main>
          <h1>Test bank</h1>
          ${content} ${files}
        </main>
      </body>
    </html>`.text;
}
