/** What a card says about itself, read and in the protocol's own words. */
import {
  decodeCardParameters,
  decodeRateTable,
  LIMITS,
  readEnvelope,
  type CardParameters,
  type RateTable,
} from '@coinslot/protocol';
import { DATA_OBJECTS } from '../applet/commands.ts';
import {
  contentKeyLine,
  contentKeysState,
  purseLine,
  standing as standingLayout,
  type ContentKeyLine,
  type ContentKeysState,
  type PurseLine,
  type Standing,
} from '../applet/exchanges.ts';
import type { CardFile } from '../applet/selection.ts';
import { SW } from '../applet/status-words.ts';
import type { Channel } from './channel.ts';
import { CardTerminalError, fromStatus, malformed } from './errors.ts';
import type { CertifiedCard } from './payment.ts';

/** A purse and what is in it, in minor units of its currency. */
export interface PurseState extends Omit<PurseLine, 'plan'> {
  readonly plan: 'prepaid' | 'postpaid';
}

/** What stays as it is while a card lives, purses apart, which may be added to. */
export interface CardFacts {
  readonly card: CertifiedCard;
  readonly purses: readonly Pick<PurseState, 'purse' | 'currency'>[];
}

/** An object that the issuer signed for this card: its envelope, without a chain, and what it says. */
export interface IssuerObject<T> {
  readonly envelope: Uint8Array;
  readonly value: T;
}

/** The content keys of a card: which sales they go with, never the keys. */
export interface ContentKeysInfo extends ContentKeysState {
  readonly lines: readonly ContentKeyLine[];
}

/** Everything that a card tells whoever asks. */
export interface CardInfo {
  readonly file: CardFile;
  readonly card: CertifiedCard;
  readonly standing: Standing;
  readonly purses: readonly PurseState[];
  /** The player that it was issued to. */
  readonly userId: Uint8Array;
  readonly issuerKey: Uint8Array;
  readonly parameters: IssuerObject<CardParameters>;
  readonly rates: IssuerObject<RateTable>;
  /** `undefined`: a card that can hold none. */
  readonly contentKeys: ContentKeysInfo | undefined;
}

/** Runs a decoder over a card's answer; what it refuses is an answer that no card of ours gives. */
export function readAnswer<T>(command: Parameters<typeof malformed>[0], decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw malformed(command, cause instanceof Error ? cause.message : 'unreadable', cause);
  }
}

export async function readInfo(channel: Channel, file: CardFile): Promise<CardInfo> {
  const object = (tag: number): Promise<Uint8Array> => readObject(channel, tag);
  const card = await readCertified(channel, file);
  const purses = await readPurses(channel);
  const standing = await readStanding(channel);
  const parameters = await object(DATA_OBJECTS.PARAMETERS);
  const rates = await object(DATA_OBJECTS.RATES);
  const issuerKey = await object(DATA_OBJECTS.ISSUER_KEY);
  const userId = await object(DATA_OBJECTS.USER_ID);
  const contentKeys = await readContentKeys(channel);
  return readAnswer('GET_DATA', () => ({
    file,
    card,
    standing,
    purses,
    userId,
    issuerKey,
    contentKeys,
    parameters: { envelope: parameters, value: decodeCardParameters(readEnvelope(parameters).body) },
    rates: { envelope: rates, value: decodeRateTable(readEnvelope(rates).body) },
  }));
}

/** `undefined` for a card that can hold none, and says so with 6A88. */
async function readContentKeys(channel: Channel): Promise<ContentKeysInfo | undefined> {
  const { data, statusWord } = await sendForObject(channel, DATA_OBJECTS.CONTENT_KEYS);
  if (statusWord === SW.NOT_FOUND) return undefined;
  if (statusWord !== SW.OK) throw fromStatus(statusWord, 'GET_DATA');
  const state = readAnswer('GET_DATA', () => contentKeysState.decode(data));
  const bytes = await readObject(channel, DATA_OBJECTS.CONTENT_KEY_LINES);
  const lines = readAnswer('GET_DATA', () =>
    piecesOf(bytes, contentKeyLine.length).map((piece) => contentKeyLine.decode(piece)),
  );
  return { ...state, lines };
}

const piecesOf = (bytes: Uint8Array, length: number): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) => bytes.subarray(i * length, (i + 1) * length));

export async function readStanding(channel: Channel): Promise<Standing> {
  const bytes = await readObject(channel, DATA_OBJECTS.STANDING);
  return readAnswer('GET_DATA', () => standingLayout.decode(bytes));
}

/** The card with its chain. Throws CARD_STATE for a card that is not personalised. */
export async function readCertified(channel: Channel, file: CardFile): Promise<CertifiedCard> {
  return { ...identityOf(file), chain: await readChain(channel) };
}

/** The certificates that the card was given, its own first. */
export async function readChain(channel: Channel): Promise<readonly Uint8Array[]> {
  const chain: Uint8Array[] = [];
  while (chain.length < LIMITS.chainCertificatesMax) {
    const { data, statusWord } = await sendForObject(channel, DATA_OBJECTS.CERTIFICATES + chain.length);
    if (statusWord === SW.NOT_FOUND) break;
    if (statusWord !== SW.OK) throw fromStatus(statusWord, 'GET_DATA');
    chain.push(data);
  }
  return chain;
}

export function identityOf({ cardId, spki, lifeCycle }: CardFile): { cardId: Uint8Array; spki: Uint8Array } {
  if (cardId === undefined || spki === undefined)
    throw new CardTerminalError('CARD_STATE', `card: ${lifeCycle}, not personalised`, { charged: 'no' });
  return { cardId, spki };
}

export async function readPurses(channel: Channel): Promise<readonly PurseState[]> {
  const bytes = await readObject(channel, DATA_OBJECTS.PURSES);
  return readAnswer('GET_DATA', () => piecesOf(bytes, purseLine.length).map(purseState));
}

function purseState(bytes: Uint8Array): PurseState {
  const line = purseLine.decode(bytes);
  return { ...line, plan: line.plan === 1 ? 'prepaid' : 'postpaid' };
}

export const readObject = (channel: Channel, tag: number): Promise<Uint8Array> => channel.ask('GET_DATA', p1p2(tag));
const sendForObject = (channel: Channel, tag: number) => channel.send('GET_DATA', p1p2(tag));
const p1p2 = (tag: number) => ({ p1: tag >> 8, p2: tag & 0xff });
