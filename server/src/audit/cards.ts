/**
 * Cards: what each was certified and allowed, what was loaded into it by signed acknowledgements, every record of its chain, and
 * what each purse must hold when all of that is added up. The claims of publishers are in `claims.ts`, the records themselves in
 * `card-records.ts`.
 */
import {
  cardRecordHash,
  decodeCardParameters,
  decodeCardUpload,
  decodeUploadAcknowledgement,
  ProtocolError,
  readEnvelope,
  verifyChain,
  type CardUpload,
  type PurseParameters,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { createHash } from 'node:crypto';
import type { AnsweredUpload, Card, CardRecordRow } from '../cards/types.ts';
import type { Facts } from './audit.ts';
import { hex, plain } from './bytes.ts';
import { auditRecords } from './card-records.ts';
import { auditClaims } from './claims.ts';
import { playerAccount } from './decisions.ts';
import { rowsOf } from './lists.ts';
import { account, move } from './model.ts';
import { auditSettlement } from './settlements.ts';
import type { AuditedPlayer } from './witness.ts';

/** A purse as all parameters that were ever signed say together. */
export interface AuditedPurse extends PurseParameters {
  /** The highest ceiling that the card was ever given. */
  readonly ceilingEverMinor: bigint;
  /** Credited by acknowledgements, less what its records took out. */
  heldMinor: bigint;
}

/** A card whose own word can be told from others'. */
export interface AuditedCard {
  readonly card: Card;
  readonly place: string;
  readonly player: AuditedPlayer;
  /** Subject id of the certificate that issued it. */
  readonly issuerId: string;
  readonly purses: ReadonlyMap<string, AuditedPurse>;
}

export async function auditCards(facts: Facts): Promise<void> {
  const { cards } = facts.witness.store;
  for await (const card of rowsOf(cards.listCards.bind(cards), new Uint8Array(16) as Uint8Array, (row) => row.cardId)) {
    facts.findings.tick('cards');
    const place = `card ${hex(card.cardId)}`;
    facts.holders.set(hex(card.cardId), hex(card.userId));
    await facts.readable(place, () => auditCard(card, place, facts));
  }
}

async function auditCard(card: Card, place: string, facts: Facts): Promise<void> {
  const { findings, witness } = facts;
  const player = await witness.player(card.userId);
  if (player === undefined) return findings.find('signature', place, 'a player who enrolled', hex(card.userId));
  const issuerId = await auditCertificate(card, place, facts);
  const one: AuditedCard = { card, place, player, issuerId, purses: await readPurses(card, place, facts) };
  const uploads = await auditUploads(one, facts);
  await auditRecords(one, uploads, facts);
  await auditClaims(one, facts);
  await auditSettlement(one, facts);
  auditPurses(one, facts);
}

/** The row against the card's certificate, which ends at a pinned root; the issuer's certified id. */
async function auditCertificate(card: Card, place: string, { witness, findings }: Facts): Promise<string> {
  const chain = (await witness.chain(card.chainHash)) ?? [];
  try {
    const options = { roots: witness.roots, atMs: card.issuedAtMs, verify: nativeVerifySignature };
    const leaf = verifyChain({ chain, role: 'card', ...options });
    const issuer = verifyChain({ chain: chain.slice(1), role: 'card-issuer', ...options });
    const pairs: readonly (readonly [string, unknown, unknown])[] = [
      ['card id', leaf.card && hex(leaf.card.cardId), hex(card.cardId)],
      ['key', hex(leaf.spki), hex(card.publicKey)],
      ['assurance', leaf.card?.assurance, card.assurance],
      ['end', leaf.notAfterMs, card.notAfterMs],
      ["issuer's key", hex(issuer.spki), hex(card.issuerKey)],
      ["issuer's id", issuer.subject.id, card.issuerId],
    ];
    for (const [what, signed, stored] of pairs) findings.same('message', `${place}, ${what}`, signed, stored);
    return issuer.subject.id;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    findings.find('signature', place, 'a certificate of a card', `${error.code}: ${error.message}`);
    return card.issuerId;
  }
}

async function readPurses(card: Card, place: string, { witness, findings }: Facts): Promise<Map<string, AuditedPurse>> {
  const purses = new Map<string, AuditedPurse>();
  let expected = 0;
  for (const { envelope } of await witness.store.cards.listParameters(card.cardId)) {
    expected += 1;
    witness.isSignedBy(`${place}, parameters ${expected}`, 'card-parameters', card.issuerKey, envelope);
    const said = decodeCardParameters(readEnvelope(envelope).body);
    findings.same('message', `${place}, parameters, card`, hex(card.cardId), hex(said.cardId));
    findings.same('card-chain', `${place}, parameters, number`, expected, said.number);
    for (const purse of said.purses) {
      const before = purses.get(purse.purse)?.ceilingEverMinor ?? 0n;
      const ceilingEverMinor = before > purse.ceilingMinor ? before : purse.ceilingMinor;
      purses.set(purse.purse, { ...purse, ceilingEverMinor, heldMinor: 0n });
    }
  }
  return purses;
}

/** Uploads and what answered them: numbered without a gap, and what was credited moved once. Returns the heads that came up. */
async function auditUploads(one: AuditedCard, facts: Facts): Promise<ReadonlySet<string>> {
  const { card, place } = one;
  const heads = new Set<string>();
  let expected = 0;
  for (const row of await facts.witness.store.cards.listUploads(card.cardId)) {
    expected += 1;
    facts.findings.same('card-chain', `${place}, upload number`, expected, row.number);
    const upload = await auditUpload(one, row, facts);
    for (const { record } of upload.records) heads.add(hex(cardRecordHash(record)));
  }
  facts.findings.same('card-chain', `${place}, acknowledgements`, expected, card.acknowledgement);
  return heads;
}

async function auditUpload(one: AuditedCard, row: AnsweredUpload, facts: Facts): Promise<CardUpload> {
  const { card, player } = one;
  const { findings, witness, expectations } = facts;
  const place = `${one.place}, upload ${row.number}`;
  const upload = decodeCardUpload(readEnvelope(row.upload).body);
  const said = decodeUploadAcknowledgement(readEnvelope(row.acknowledgement).body);
  const key =
    upload.loads.length > 0
      ? await witness.instructingKey({ place, player, atMs: row.atMs }, 'card-upload', row.upload, player.pinKey)
      : player.accountKey;
  witness.isSignedBy(place, 'card-upload', key, row.upload);
  witness.isSignedBy(place, 'upload-acknowledgement', card.issuerKey, row.acknowledgement);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['card', hex(card.cardId), hex(said.cardId)],
    ['card of the upload', hex(card.cardId), hex(upload.cardId)],
    ['user', hex(card.userId), hex(upload.userId)],
    ['challenge', hex(upload.challenge), hex(said.challenge)],
    ['number', said.number, row.number],
    ['time', said.timeMs, row.atMs],
  ];
  for (const [what, signed, stored] of pairs) findings.same('message', `${place}, ${what}`, signed, stored);
  for (const { purse, amountMinor } of said.credits) {
    const load = upload.loads.find((one) => one.purse === purse);
    findings.same('sale', `${place}, load of ${purse}`, load?.amountMinor, amountMinor);
    const held = one.purses.get(purse);
    if (held === undefined) {
      findings.find('card-record', place, 'a purse of this card', purse);
      continue;
    }
    held.heldMinor += amountMinor;
    await expectations.expect({
      place: `${place}, credit of ${purse}`,
      kind: 'card-load',
      reference: cardReference(card.cardId, upload.challenge, purse),
      atMs: said.timeMs,
      postings: [move(playerAccount(player), floatOf(card, held.currency), amountMinor)],
    });
  }
  return upload;
}

/** Whatever was credited and not taken out is in the purse: the last word, beside every single transfer. */
function auditPurses({ card, place, purses }: AuditedCard, { expectations, findings }: Facts): void {
  if (card.settledAtMs !== undefined) return;
  expectations.askAtEnd((balanceOf) => {
    for (const { purse, plan, currency, heldMinor } of purses.values())
      if (plan === 'prepaid')
        findings.same('purse', `${place}, ${purse}`, heldMinor, balanceOf(floatOf(card, currency)));
  });
}

export const floatOf = ({ cardId }: Pick<Card, 'cardId'>, currency: string) => account('card-float', currency, cardId);
export const disputeOf = ({ cardId }: Pick<Card, 'cardId'>, currency: string) =>
  account('card-dispute', currency, cardId);
export const lossOf = ({ issuerId }: Pick<AuditedCard, 'issuerId'>, currency: string) =>
  account('card-loss', currency, issuerId);

/** The name of a card's event: SHA-256 over the card's id, what names the event on it, and the purse where there is one. */
export function cardReference(cardId: Uint8Array, event: Uint8Array | string, purse = ''): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(cardId).update(event).update(purse).digest());
}

/** Records of a card, by their counters; those of copies of it among them. */
export async function* recordsOf(card: Card, { witness }: Facts): AsyncGenerator<CardRecordRow> {
  const { cards } = witness.store;
  const first = { counter: 0, head: new Uint8Array(32) };
  yield* rowsOf(
    (after: typeof first, count) => cards.listCardRecords(card.cardId, after, count),
    first,
    (row) => ({
      counter: row.counter,
      head: plain(row.head) as Uint8Array<ArrayBuffer>,
    }),
  );
}
