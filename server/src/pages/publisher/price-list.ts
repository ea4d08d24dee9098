/** A publisher's price list held against this server's roots and limits, offer by offer, before any player meets it. */
import {
  checkQuote,
  CURRENCIES,
  decodePairingHeader,
  decodePriceList,
  decodeQuote,
  decodeTerms,
  decodeTexts,
  equalBytes,
  offerHash,
  openEnvelope,
  ProtocolError,
  readEnvelope,
  textsDigest,
  verifyChain,
  type CodeName,
  type PricedOffer,
  type PriceList,
  type Quote,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { WebAnswer } from '../../http/web.ts';
import type { Publisher } from '../../publishers/types.ts';
import { shortHex } from '../format.ts';
import { show } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { formToken, readUpload, type Page } from '../page.ts';
import { card, facts, note, remark, state } from '../pieces.ts';

const FILE_BYTES_MAX = 4 * 1024 * 1024;
const DAY_MS = 86_400_000;
/** A game that is built today is played for a while. */
const WARN_BEFORE_MS = 30 * DAY_MS;

export interface Finding {
  readonly tone: 'bad' | 'warn';
  readonly code: CodeName | undefined;
  /** The protocol's own words, or which of this page's. */
  readonly text: string;
}

export interface CheckedOffer {
  readonly offerId: string;
  readonly title: string;
  readonly quote: Quote | undefined;
  readonly retired: boolean;
  readonly findings: readonly Finding[];
}

export interface CheckedList {
  readonly list: PriceList;
  readonly general: readonly Finding[];
  readonly offers: readonly CheckedOffer[];
}

export function showPriceListForm(page: Page): WebAnswer {
  const w = page.words.priceList;
  return show(page, {
    title: w.title,
    lead: w.lead,
    narrow: true,
    body: html`<section class="card">${uploadForm(page)}</section>`,
  });
}

function uploadForm(page: Page): Html {
  const w = page.words.priceList;
  return html`<form method="post" action="/publisher/price-list" enctype="multipart/form-data">
    ${formToken(page)}
    <div class="field">
      <label for="list">${w.file}</label>
      <input id="list" name="list" type="file" accept=".coinslot" required aria-describedby="list-hint" />
      <p class="hint" id="list-hint">${w.fileHint}</p>
    </div>
    <button type="submit" class="primary">${w.check}</button>
  </form>`;
}

export async function checkUpload(page: Page, publisher: Publisher): Promise<WebAnswer> {
  const bytes = await readUpload(page, 'list', FILE_BYTES_MAX);
  const { words, parts, nowMs } = page;
  const w = words.priceList;
  let list: PriceList;
  try {
    list = decodePriceList(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return show(page, {
      title: w.title,
      lead: w.lead,
      narrow: true,
      note: note('bad', w.notAList, error.message),
      body: html`<section class="card">${uploadForm(page)}</section>`,
    });
  }
  const checked = checkList(list, publisher.publisherId, {
    roots: parts.identity.roots,
    crls: parts.revocationLists,
    atMs: nowMs,
    words: w,
    date: page.date,
  });
  return resultPage(page, checked);
}

interface CheckContext {
  readonly roots: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
  readonly atMs: number;
  readonly words: Page['words']['priceList'];
  readonly date: (atMs: number) => string;
}

/** What wallets and this server will say of the list: the same checks in the same order, and what will soon not hold. */
export function checkList(list: PriceList, publisherId: string, context: CheckContext): CheckedList {
  const { roots, crls, atMs, words } = context;
  const general: Finding[] = [];
  if (list.publisherId !== publisherId)
    general.push({ tone: 'bad', code: 'OFFER_ORIGIN', text: words.otherPublisher(list.publisherId) });
  const trust = { roots, crls, atMs, verify: nativeVerifySignature };
  finding(general, () => {
    const leaf = verifyChain({ ...trust, chain: list.chain, role: 'publisher' });
    if (leaf.notAfterMs - atMs < WARN_BEFORE_MS)
      general.push({ tone: 'warn', code: undefined, text: words.certificateEnds(context.date(leaf.notAfterMs)) });
  });
  finding(general, () => {
    const { body } = openEnvelope(list.pairingHeader, { ...trust, type: 'pairing-header', role: 'publisher' });
    const header = decodePairingHeader(body);
    if (header.gameId !== list.gameId || header.publisherId !== list.publisherId)
      throw new ProtocolError('OFFER_ORIGIN', words.otherHeader);
    if (header.notAfterMs < atMs) throw new ProtocolError('OFFER_EXPIRED', words.headerEnded);
  });
  return { list, general, offers: list.offers.map((offer) => checkOffer(offer, list, context)) };
}

function checkOffer(offer: PricedOffer, list: PriceList, context: CheckContext): CheckedOffer {
  const { roots, crls, atMs, words } = context;
  const findings: Finding[] = [];
  const { offerId, retired } = offer;
  const quote = read(findings, () => decodeQuote(readEnvelope(offer.quote).body));
  const trust = { roots, crls, atMs, verify: nativeVerifySignature, chainByHash: () => list.chain };
  // What is retired is never offered again: its price may have ended.
  if (!retired) finding(findings, () => checkQuote(offer.quote, trust));
  if (quote !== undefined && !retired && quote.notAfterMs >= atMs && quote.notAfterMs - atMs < WARN_BEFORE_MS)
    findings.push({ tone: 'warn', code: undefined, text: words.priceEnds(context.date(quote.notAfterMs)) });
  finding(findings, () => checkTerms(offer, quote, list, words));
  return { offerId, title: titleOf(offer, list), quote, retired, findings };
}

/** The hashes that tie price, terms and texts together. */
function checkTerms(offer: PricedOffer, quote: Quote | undefined, list: PriceList, words: CheckContext['words']): void {
  const terms = decodeTerms(offer.terms);
  if (quote !== undefined && !equalBytes(offerHash(offer.terms), quote.offerHash))
    throw new ProtocolError('OFFER_HASH', words.otherTerms);
  if (terms.gameId !== list.gameId || (quote !== undefined && quote.gameId !== list.gameId))
    throw new ProtocolError('OFFER_ORIGIN', words.otherGame);
  for (const { locale, digest } of terms.texts) {
    const carried = offer.texts.find((one) => one.locale === locale);
    if (carried === undefined || !equalBytes(textsDigest(carried.texts), digest))
      throw new ProtocolError('OFFER_HASH', words.otherTexts(locale));
  }
}

function titleOf(offer: PricedOffer, { defaultLocale }: PriceList): string {
  const texts = offer.texts.find(({ locale }) => locale === defaultLocale) ?? offer.texts[0];
  if (texts === undefined) return '';
  try {
    return decodeTexts(texts.texts).title;
  } catch {
    return '';
  }
}

function finding(findings: Finding[], check: () => unknown): void {
  read(findings, check);
}

function read<T>(findings: Finding[], check: () => T): T | undefined {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    findings.push({ tone: 'bad', code: error.code, text: error.message });
    return undefined;
  }
}

function resultPage(page: Page, { list, general, offers }: CheckedList): WebAnswer {
  const { words } = page;
  const w = words.priceList;
  const all = [...general, ...offers.flatMap(({ findings }) => findings)];
  const [bad, warnings] = [
    all.filter(({ tone }) => tone === 'bad').length,
    all.filter(({ tone }) => tone === 'warn').length,
  ];
  const told =
    bad > 0
      ? note('bad', w.refused(bad), w.refusedHint)
      : warnings > 0
        ? note('warn', w.goodBut(warnings))
        : note('good', w.good);
  return show(page, {
    title: w.resultTitle(list.gameId),
    lead: w.resultLead(offers.length),
    note: told,
    body: html`${general.length > 0 && card('general', w.general, findingList(page, general))}
      <div class="columns">${offers.map((one, i) => offerCard(page, one, i))}</div>
      ${card('again', w.again, uploadForm(page))}`,
  });
}

function offerCard(page: Page, { offerId, title, quote, retired, findings }: CheckedOffer, i: number): Html {
  const { words, money, date } = page;
  const w = words.priceList;
  const isBad = findings.some(({ tone }) => tone === 'bad');
  const standing = isBad
    ? state('bad', w.isRefused)
    : retired
      ? state('plain', w.retired)
      : findings.length > 0
        ? state('warn', w.isGood)
        : state('good', w.isGood);
  return card(
    `offer-${i}`,
    offerId,
    html`${facts([
      title !== '' && [w.offerTitle, title],
      quote !== undefined && [w.hash, html`<span class="code">${shortHex(quote.offerHash)}</span>`],
      quote !== undefined && [w.price, quote.free ? w.free : priceText(money, quote)],
      quote !== undefined && [w.valid, w.validIs(date(quote.notBeforeMs), date(quote.notAfterMs))],
      quote !== undefined && quote.territories.length > 0 && [w.territories, quote.territories.join(', ')],
      quote !== undefined && quote.ageRating > 0 && [w.age, quote.ageRating],
    ])}
    ${findings.length > 0 && findingList(page, findings)}`,
    standing,
  );
}

/** A currency that is none has no digits to be written with. */
const priceText = (money: Page['money'], { amountMinor, currency }: Quote): string =>
  CURRENCIES.includes(currency) ? money(amountMinor, currency) : `${amountMinor.toString()} ${currency}`;

const findingList = ({ words }: Page, findings: readonly Finding[]): Html =>
  html`<ul class="findings">
    ${findings.map(
      ({ tone, code, text }) =>
        html`<li>
          ${remark(tone, code === undefined ? text : words.codes(code), code !== undefined && html`<span class="code">${code}</span> ${text}`)}
        </li>`,
    )}
  </ul>`;
