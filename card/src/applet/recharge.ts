/**
 * Recharging: records go up first, then an acknowledgement comes down that is bound to this card, its challenge, its counter
 * and its chain of records. Taking it clears the records, loads the credits and spends the challenge in one commit, so that
 * the exchange can be torn anywhere and taken up again with the same bytes.
 */
import {
  cardAuthenticateInput,
  contextHash,
  equalBytes,
  readEnvelope,
  type UploadAcknowledgement,
} from '@coinslot/protocol';
import type { Command } from './apdu.ts';
import type { Card } from './card.ts';
import { authenticated, credited, loadReady } from './exchanges.ts';
import { openAcknowledgement, requireOwnId } from './issuer-objects.ts';
import type { Entry, Purse, PurseCard } from './state.ts';
import { Refused, SW } from './status-words.ts';
import { isAhead } from './verdict.ts';

const CHALLENGE_BYTES = 16;

/** 80 50 01: the open challenge; a new one, made durable before it is told, when none is open. */
export async function initializeForLoad(card: Card, { data }: Command): Promise<Uint8Array> {
  if (data.length !== 0) throw new Refused(SW.WRONG_LENGTH, 'no data expected');
  const challenge = card.issued.challenge ?? card.random(CHALLENGE_BYTES);
  if (card.issued.challenge === undefined) await card.commitIssued({ challenge });
  const { counter, head, clearedCounter, acknowledgement } = card.issued;
  return loadReady.encode({ challenge, counter, head, clearedCounter, acknowledgement });
}

/** 00 88: signs a challenge together with the card's id, counter and head, under a context that nothing else is signed under. */
export function internalAuthenticate(card: Card, { data }: Command): Uint8Array {
  if (data.length !== CHALLENGE_BYTES) throw new Refused(SW.WRONG_LENGTH, 'a challenge has 16 bytes');
  const { cardId, counter, head } = card.issued;
  const signature = card.sign(cardAuthenticateInput(data, { cardId, counter, head }));
  return authenticated.encode({ counter, head, signature });
}

/** 80 52: takes an acknowledgement. The one that was taken last is answered again and changes nothing. */
export async function creditForLoad(card: Card, { data }: Command): Promise<Uint8Array> {
  const { issued } = card;
  const { value, envelope } = openAcknowledgement(data, issued.issuerKey);
  requireOwnId(issued.cardId, value.cardId);
  const acknowledged = contextHash('card-acknowledged', readEnvelope(envelope).body);
  if (!equalBytes(acknowledged, issued.acknowledged)) {
    const cleared = requireNext(issued, value);
    await card.commitIssued({ ...stateAfter(issued, value, cleared), acknowledged });
  }
  const { acknowledgement, clearedCounter, counter, blocked } = card.issued;
  return credited.encode({ acknowledgement, clearedCounter, counter, blocked });
}

/** The records that an acknowledgement clears. Throws Refused for one that is not the next of this card and challenge. */
function requireNext(issued: PurseCard, value: UploadAcknowledgement): readonly Entry[] {
  if (value.number !== issued.acknowledgement + 1) throw new Refused(SW.CONDITIONS, 'not the next acknowledgement');
  if (issued.challenge === undefined || !equalBytes(issued.challenge, value.challenge))
    throw new Refused(SW.CONDITIONS, 'not for the open challenge');
  const cleared = issued.records.filter(({ fields }) => fields.counter <= value.counter);
  const last = cleared.at(-1);
  const counter = last?.fields.counter ?? issued.clearedCounter;
  const head = last?.head ?? issued.clearedHead;
  if (counter !== value.counter || !equalBytes(head, value.head))
    throw new Refused(SW.NOT_FOUND, 'names a record that this card does not have');
  return cleared;
}

/**
 * Which nonces need not be remembered any more: those of offers up to a time that will be refused. One wallet whose clock is
 * wrong must not end the card, so that time never runs ahead of what the issuer has signed; what lies there is kept as a
 * tombstone.
 */
function forgotten(issued: PurseCard, cleared: readonly Entry[], timeMs: number): Partial<PurseCard> {
  const gone = cleared.map(({ fields: { nonce, offerTimeMs } }) => ({ nonce, offerTimeMs }));
  const kept = [...issued.tombstones, ...gone];
  const reached = kept.map(({ offerTimeMs }) => offerTimeMs).filter((offerTimeMs) => !isAhead(offerTimeMs, timeMs));
  const clearedThroughMs = Math.max(issued.clearedThroughMs, ...reached);
  return { clearedThroughMs, tombstones: kept.filter(({ offerTimeMs }) => offerTimeMs > clearedThroughMs) };
}

function stateAfter(issued: PurseCard, value: UploadAcknowledgement, cleared: readonly Entry[]): Partial<PurseCard> {
  const timeMs = Math.max(issued.timeMs, value.timeMs);
  return {
    challenge: undefined,
    acknowledgement: value.number,
    clearedCounter: value.counter,
    clearedHead: value.head,
    ...forgotten(issued, cleared, timeMs),
    timeMs,
    blocked: issued.blocked || value.blocked,
    records: issued.records.slice(cleared.length),
    purses: pursesAfter(issued, value, cleared),
  };
}

function pursesAfter(
  issued: PurseCard,
  { credits }: UploadAcknowledgement,
  cleared: readonly Entry[],
): readonly Purse[] {
  const isForeign = credits.some(
    ({ purse }) => !issued.purses.some((one) => one.purse === purse && one.plan === 'prepaid'),
  );
  if (isForeign) throw new Refused(SW.NOT_FOUND, 'credits a purse that this card does not have');
  return issued.purses.map((purse, i) => {
    const reported = cleared.filter(({ fields }) => fields.purse === purse.purse);
    const unreportedMinor = reported.reduce((left, { fields }) => left - fields.chargedMinor, purse.unreportedMinor);
    const credit = credits.find((one) => one.purse === purse.purse)?.amountMinor ?? 0n;
    const balanceMinor = purse.balanceMinor + credit;
    const ceiling = issued.parameters.value.purses[i]?.ceilingMinor ?? 0n;
    // The same acknowledgement can be taken once newer parameters have raised the ceiling: nothing is lost by refusing it.
    if (credit > 0n && balanceMinor > ceiling) throw new Refused(SW.CEILING, 'more than the purse may hold');
    return { ...purse, unreportedMinor, balanceMinor };
  });
}
