/** What each card said when it was last read: so that page and terminal can tell of cards that are not here. Proves nothing. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CardInfo, PurseState } from '@coinslot/card';
import { requirePrivate } from '../profile/files.ts';

export interface RememberedPurse {
  readonly purse: string;
  readonly currency: string;
  readonly plan: PurseState['plan'];
  readonly balanceMinor: bigint;
  readonly unreportedMinor: bigint;
  readonly ceilingMinor: bigint;
}

export interface RememberedCard {
  readonly purses: readonly RememberedPurse[];
  /** Not yet uploaded. */
  readonly records: number;
  readonly pinTries: number;
  readonly notAfterMs: number;
  readonly readAtMs: number;
  /** Payments that went up and that this wallet did not make; nothing in what older wallets wrote. */
  readonly notOurs?: number;
}

export class CardMemory {
  readonly #path: string;
  #cards: Readonly<Record<string, RememberedCard>>;

  constructor(folder: string) {
    this.#path = pathIn(folder);
    this.#cards = readCardMemory(folder);
  }

  of(idHex: string): RememberedCard | undefined {
    return Object.hasOwn(this.#cards, idHex) ? this.#cards[idHex] : undefined;
  }

  keep(idHex: string, info: CardInfo, notAfterMs: number, readAtMs: number): void {
    const { records, pinTries } = info.standing;
    const purses = info.purses.map(rememberedPurse);
    const notOurs = this.of(idHex)?.notOurs ?? 0;
    this.#write(idHex, { purses, records, pinTries, notAfterMs, readAtMs, notOurs });
  }

  /** Payments of a card that was read before, found by an upload. */
  addNotOurs(idHex: string, count: number): void {
    const known = this.of(idHex);
    if (known !== undefined && count > 0) this.#write(idHex, { ...known, notOurs: (known.notOurs ?? 0) + count });
  }

  #write(idHex: string, card: RememberedCard): void {
    this.#cards = { ...this.#cards, [idHex]: card };
    // Not waited for by the disk: it is written after each payment, and what is lost is read from the card again, but for `notOurs`.
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.#cards, withText), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

/** What a wallet wrote down, read without opening its profile. Nothing where it cannot be read: nothing hangs on it. */
export function readCardMemory(folder: string): Readonly<Record<string, RememberedCard>> {
  const path = pathIn(folder);
  if (!existsSync(path)) return {};
  requirePrivate(path);
  try {
    return JSON.parse(readFileSync(path, 'utf8'), withMinor) as Record<string, RememberedCard>;
  } catch {
    return {};
  }
}

const pathIn = (folder: string): string => join(folder, 'cards.json');

function rememberedPurse({ purse, currency, plan, balanceMinor, unreportedMinor, ceilingMinor }: PurseState) {
  return { purse, currency, plan, balanceMinor, unreportedMinor, ceilingMinor };
}

/** Amounts are text in JSON, and known by their names. */
const withText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
const withMinor = (name: string, value: unknown): unknown =>
  name.endsWith('Minor') && typeof value === 'string' ? BigInt(value) : value;
