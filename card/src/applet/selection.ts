/** SELECT by name, and the file control information that answers it (ISO 7816-4 sections 5.3.1 and 5.3.3). */
import { ALG, equalBytes, ProtocolError, type Alg } from '@coinslot/protocol';
import type { Command } from './apdu.ts';
import { newSession, type Card } from './card.ts';
import { AID, APPLET_VERSION, LABEL } from './commands.ts';
import { decodeTlvs, encodeTlv, type Tlv } from './tlv.ts';
import { Refused, SW } from './status-words.ts';

const TAG = {
  FCI: 0x6f,
  NAME: 0x84,
  LABEL: 0x50,
  PROPRIETARY: 0xa5,
  VERSION: 0xc0,
  LIFE_CYCLE: 0xc1,
  ALG: 0xc2,
  CARD_ID: 0xc3,
  PUBLIC_KEY: 0xc4,
} as const;

/** Blank; with a key of its own; personalised; blocked by its issuer. */
const LIFE_CYCLES = ['blank', 'keyed', 'issued', 'blocked'] as const;
export type LifeCycle = (typeof LIFE_CYCLES)[number];

/** P2 of SELECT: first or only occurrence, with FCI, or without an answer. */
const WITH_FCI = 0x00;
export const SELECT_WITHOUT_ANSWER = 0x0c;

/** What a card says of itself when it is selected. */
export interface CardFile {
  readonly label: string;
  readonly version: number;
  readonly lifeCycle: LifeCycle;
  /** From `keyed` on. */
  readonly alg?: Alg;
  /** SubjectPublicKeyInfo, DER; from `keyed` on. */
  readonly spki?: Uint8Array;
  /** From `issued` on. */
  readonly cardId?: Uint8Array;
}

/** 00 A4 04: selects the purse, and forgets what was verified and begun. */
export function select(card: Card, { p2, data }: Command): Uint8Array {
  card.session = newSession();
  if (p2 !== WITH_FCI && p2 !== SELECT_WITHOUT_ANSWER)
    throw new Refused(SW.WRONG_P1P2, 'first occurrence, with FCI or nothing');
  if (!equalBytes(data, AID)) throw new Refused(SW.NO_APPLICATION, 'no such application');
  card.session.selected = true;
  return p2 === SELECT_WITHOUT_ANSWER ? new Uint8Array() : encodeCardFile(card);
}

function encodeCardFile(card: Card): Uint8Array {
  const key = card.state?.key;
  const issued = card.state?.issued;
  const lifeCycle = issued ? (issued.blocked ? 'blocked' : 'issued') : key ? 'keyed' : 'blank';
  const proprietary = [
    encodeTlv(TAG.VERSION, Uint8Array.of(APPLET_VERSION)),
    encodeTlv(TAG.LIFE_CYCLE, Uint8Array.of(LIFE_CYCLES.indexOf(lifeCycle))),
    ...(key ? [encodeTlv(TAG.ALG, Uint8Array.of(ALG[key.algorithm])), encodeTlv(TAG.PUBLIC_KEY, key.spki)] : []),
    ...(issued ? [encodeTlv(TAG.CARD_ID, issued.cardId)] : []),
  ];
  const label = new TextEncoder().encode(LABEL);
  const parts = [
    encodeTlv(TAG.NAME, AID),
    encodeTlv(TAG.LABEL, label),
    encodeTlv(TAG.PROPRIETARY, joined(proprietary)),
  ];
  return encodeTlv(TAG.FCI, joined(parts));
}

/** Reads SELECT's answer. Throws BAD_ENCODING for one that is not of this applet. */
export function decodeCardFile(bytes: Uint8Array): CardFile {
  const fields = decodeTlvs(required(decodeTlvs(bytes), TAG.FCI));
  const own = decodeTlvs(required(fields, TAG.PROPRIETARY));
  const version = required(own, TAG.VERSION)[0];
  const lifeCycle = LIFE_CYCLES[required(own, TAG.LIFE_CYCLE)[0] ?? -1];
  const isOurs = equalBytes(required(fields, TAG.NAME), AID) && version === APPLET_VERSION;
  if (!isOurs || lifeCycle === undefined) throw new ProtocolError('BAD_ENCODING', 'card: not a purse of this version');
  const alg = valueOf(own, TAG.ALG)?.[0];
  const spki = valueOf(own, TAG.PUBLIC_KEY);
  const cardId = valueOf(own, TAG.CARD_ID);
  if (alg !== undefined && !isAlg(alg)) throw new ProtocolError('BAD_ENCODING', 'card: unknown algorithm');
  return {
    label: new TextDecoder().decode(required(fields, TAG.LABEL)),
    version,
    lifeCycle,
    ...(alg !== undefined && { alg }),
    ...(spki && { spki }),
    ...(cardId && { cardId }),
  };
}

const isAlg = (value: number): value is Alg => Object.values(ALG).some((alg) => alg === value);

const valueOf = (tlvs: readonly Tlv[], tag: number): Uint8Array | undefined =>
  tlvs.find((one) => one.tag === tag)?.value;

function required(tlvs: readonly Tlv[], tag: number): Uint8Array {
  const value = valueOf(tlvs, tag);
  if (value === undefined) throw new ProtocolError('BAD_ENCODING', `card: no ${tag.toString(16)} in its answer`);
  return value;
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
