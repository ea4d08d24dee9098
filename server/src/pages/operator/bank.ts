/** The bank: files that it may not have yet, money that nobody knows the owner of, and its notices. */
import { ProtocolError } from '@coinslot/protocol';
import { CSV_TYPE, download, seeOther, type WebAnswer } from '../../http/web.ts';
import type { BankFile } from '../../bank/types.ts';
import type { ListedFile } from '../../payouts/store.ts';
import type { BankEntryRecord } from '../../payouts/types.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { attempt, formToken, notFound, readUpload, type Page, type Params } from '../page.ts';
import { card, empty, listed, note, state, table } from '../pieces.ts';
import { queryPosition } from '../query.ts';

const NOTICE_BYTES_MAX = 4 * 1024 * 1024;
const ENTRIES_ON_PAGE = 100;
const FILE_TYPES: Readonly<Record<BankFile['kind'], string>> = {
  'pain.001': 'application/xml',
  'pain.008': 'application/xml',
  'acquirer-csv': CSV_TYPE,
};

export const showBank = (page: Page): Promise<WebAnswer> => bankPage(page, undefined);

async function bankPage(page: Page, told: Html | undefined, status = 422): Promise<WebAnswer> {
  const { words, parts, request } = page;
  const w = words.bank;
  const after = queryPosition(request.query, 'after');
  const [names, suspense] = await Promise.all([
    parts.store.periods.listUnhandedFiles(),
    parts.store.periods.listSuspense(after, ENTRIES_ON_PAGE),
  ]);
  const files = (await Promise.all(names.map((name) => parts.store.periods.findBankFile(name)))).filter(
    (one) => one !== undefined,
  );
  const done = request.query.get('done') === 'taken' ? note('good', w.takenDone) : undefined;
  return show(page, {
    title: w.title,
    lead: w.lead,
    note: told ?? done,
    ...(told !== undefined && { status }),
    body: html`${card('unhanded', w.unhanded, files.length === 0 ? empty(w.noneUnhanded) : fileTable(page, files, 'unhanded-title'))}
    ${card('suspense', w.suspense, suspense.length === 0 ? empty(w.noSuspense) : suspenseTable(page, suspense))}
    ${card('notice', w.notice, noticeForm(page))}`,
  });
}

export function fileTable(page: Page, files: readonly ListedFile[], labelledBy: string): Html {
  const { words, money, time } = page;
  const w = words.bank;
  return table(
    [
      { name: w.file },
      { name: w.kind },
      { name: w.handed },
      { name: w.orders, figure: true },
      { name: w.total, figure: true },
      { name: w.download, unseen: true },
    ],
    files.map((one) => [
      html`<span class="code">${one.messageId}</span>`,
      w.kinds[one.kind],
      one.handedAtMs === undefined ? state('warn', w.notHanded) : time(one.handedAtMs),
      one.orderCount,
      money(one.totalMinor, one.currency),
      html`<a href="/operator/bank/files/${one.messageId}"
        >${w.download}<span class="unseen"> ${one.messageId}</span></a
      >`,
    ]),
    { labelledBy },
  );
}

function suspenseTable(page: Page, entries: readonly BankEntryRecord[]): Html {
  const { words, money, time } = page;
  const w = words.bank;
  const last = entries[entries.length - 1];
  return html`<p class="hint">${w.suspenseHint}</p>
    ${table(
      [{ name: w.reference }, { name: w.remittance }, { name: w.booked }, { name: w.amount, figure: true }],
      entries.map((one) => [
        html`<span class="code">${one.bankReference}</span>`,
        one.remittance === '' ? (one.endToEndId ?? '') : one.remittance,
        time(one.atMs),
        money(one.amountMinor, one.currency),
      ]),
      { labelledBy: 'suspense-title' },
    )}
    ${
      last !== undefined &&
      entries.length === ENTRIES_ON_PAGE &&
      html`<p class="pages">
        <a class="button" href="/operator/bank?after=${last.position.toString()}">${words.frame.more}</a>
      </p>`
    }`;
}

function noticeForm(page: Page): Html {
  const w = page.words.bank;
  return html`<form method="post" action="/operator/bank/notices" enctype="multipart/form-data">
    ${formToken(page)}
    <div class="field">
      <label for="notice-file">${w.noticeFile}</label>
      <input
        id="notice-file"
        name="notice"
        type="file"
        accept=".xml,application/xml"
        required
        aria-describedby="notice-hint"
      />
      <p class="hint" id="notice-hint">${w.noticeHint}</p>
    </div>
    <button type="submit">${w.take}</button>
  </form>`;
}

export async function takeNotice(page: Page): Promise<WebAnswer> {
  const xml = await readUpload(page, 'notice', NOTICE_BYTES_MAX);
  const taken = await attempt(() => page.parts.actions.takeNotice(xml));
  const { bank, codes } = page.words;
  if (!(taken instanceof ProtocolError)) {
    if (taken.conflicts.length === 0) return seeOther('/operator/bank?done=taken');
    return bankPage(page, note('bad', bank.conflicts, listed(taken.conflicts)), 200);
  }
  return bankPage(
    page,
    note('bad', bank.notTaken, html`${codes(taken.code)} <span class="code">${taken.message}</span>`),
  );
}

export async function downloadFile({ parts }: Page, { id = '' }: Params): Promise<WebAnswer> {
  const file = await parts.store.periods.findBankFile(id);
  if (file === undefined) throw notFound();
  const ending = file.kind === 'acquirer-csv' ? 'csv' : 'xml';
  return download(`${file.messageId}.${ending}`, FILE_TYPES[file.kind], file.bytes);
}
