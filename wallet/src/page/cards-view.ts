/** Cards and readers in words, for the page and the terminal. */
import { formatMoney } from '@coinslot/protocol';
import { leftIn } from '../cards/card-offer.ts';
import type { RememberedCard, RememberedPurse } from '../cards/card-memory.ts';
import type { SeenCard } from '../cards/card-shelf.ts';
import { dateText } from '../consent/shown.ts';
import { hex } from '../hex.ts';
import type { OwnCard, WalletState } from '../journal/state.ts';
import { MEANS_IDS } from '../means/port.ts';
import type { WalletParts } from '../parts.ts';
import type { Language } from '../words/languages.ts';
import { cardTrouble } from '../words/payment-words.ts';
import type { CardsView, CardView, PurseView } from './view.ts';

export function cardsView(parts: WalletParts): CardsView {
  const { cards, profile } = parts;
  const { state, vault } = profile;
  const { shelf } = cards;
  const isHere = ({ idHex }: OwnCard): boolean => shelf.cards.some((seen) => idOf(seen, state) === idHex);
  const away = state.cards.filter((one) => !isHere(one) && !one.isLost);
  return {
    readers: shelf.readers
      .filter(({ kind }) => kind === 'card')
      .map(({ reader, seen }) => ({ reader, isEmpty: !seen })),
    cards: [...shelf.cards.map((one) => seenView(one, parts)), ...away.map((one) => awayView(one, parts))].sort(
      (a, b) => MEANS_IDS.indexOf(a.kind) - MEANS_IDS.indexOf(b.kind),
    ),
    canMakeSoftCard: !state.cards.some(({ means, isLost }) => means === 'softcard' && !isLost),
    // One whose making was cut short is taken up again by the same button.
    isSoftCardShut: cards.softCard.exists && vault.day === undefined,
    means: profile.settings.means,
  };
}

function seenView(seen: SeenCard, parts: WalletParts): CardView {
  const { profile, timeZone, cards } = parts;
  const { language } = profile.settings;
  const { kind, reader, status, code, info, leaf } = seen;
  const idHex = idOf(seen, profile.state) ?? '';
  const isExpired = leaf !== undefined && leaf.notAfterMs < profile.clock();
  const isPinLocked = info?.standing.pinTries === 0;
  const trouble = isPinLocked && code === undefined ? 'CARD_LOCKED' : isExpired ? 'CHAIN_EXPIRED' : code;
  return {
    id: idHex,
    kind,
    reader: kind === 'softcard' ? '' : reader,
    status,
    trouble: trouble === undefined ? '' : cardTrouble(language, trouble),
    purses: (info?.purses ?? []).map((purse) => purseView(purse, language)),
    records: info?.standing.records ?? 0,
    recordsMax: info?.standing.recordsMax ?? 0,
    notOurs: cards.memory.of(idHex)?.notOurs ?? 0,
    triesLeft: kind === 'card' && info !== undefined ? info.standing.pinTries : -1,
    expires: leaf === undefined ? '' : dateText(leaf.notAfterMs, language, timeZone, 'medium'),
    readAt: '',
    isSyncing: idHex !== '' && cards.isSyncing(idHex),
  };
}

/** A card that is in no reader, or whose store is shut: as it was when last read. */
function awayView({ idHex, means }: OwnCard, { cards, profile, timeZone }: WalletParts): CardView {
  const { language } = profile.settings;
  const known = cards.memory.of(idHex);
  return {
    id: idHex,
    kind: means === 'softcard' ? 'softcard' : 'card',
    reader: '',
    status: means === 'softcard' ? 'shut' : 'away',
    trouble: '',
    ...rememberedView(known, language, timeZone),
    recordsMax: 0,
    triesLeft: -1,
    isSyncing: false,
  };
}

export function rememberedView(
  known: RememberedCard | undefined,
  language: Language,
  timeZone: string,
): Pick<CardView, 'purses' | 'records' | 'notOurs' | 'expires' | 'readAt'> {
  return {
    purses: (known?.purses ?? []).map((purse) => purseView(purse, language)),
    records: known?.records ?? 0,
    notOurs: known?.notOurs ?? 0,
    expires: known === undefined ? '' : dateText(known.notAfterMs, language, timeZone, 'medium'),
    readAt: known === undefined ? '' : dateText(known.readAtMs, language, timeZone, 'medium'),
  };
}

function purseView(purse: RememberedPurse, language: Language): PurseView {
  const { plan, currency, unreportedMinor } = purse;
  const text = (amountMinor: bigint): string => formatMoney({ amountMinor, currency }, language);
  return {
    id: purse.purse,
    plan,
    currency,
    left: text(leftIn(purse)),
    unreported: unreportedMinor === 0n ? '' : text(unreportedMinor),
    ceiling: text(purse.ceilingMinor),
  };
}

/** There is one software card, so that one whose state is lost can still be given up. */
function idOf({ info, kind, status }: SeenCard, state: WalletState): string | undefined {
  if (info !== undefined) return hex(info.card.cardId);
  if (kind !== 'softcard' || status === 'blank') return undefined;
  return state.cards.find(({ means, isLost }) => means === 'softcard' && !isLost)?.idHex;
}
