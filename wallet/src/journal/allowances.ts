/** Automatic approvals as the journal tells them. What was spent by one is a sum over the payments that name it. */
import { hex } from '../hex.ts';
import type { RecordFields } from './records.ts';

export interface Allowance {
  readonly idHex: string;
  readonly allowanceId: Uint8Array;
  readonly pairingHex: string;
  readonly grant: RecordFields<'allowance'>['grant'];
  readonly madeAtMs: number;
  /** Minor units of the wallet's currency. */
  readonly budgetMinor: bigint;
  readonly perPaymentMaxMinor: bigint;
  readonly endsAtMs: number;
}

export class AllowanceBook {
  readonly #standing = new Map<string, Allowance>();

  /** Those that nobody has ended, oldest first; one whose end has passed is still among them. */
  get all(): readonly Allowance[] {
    return [...this.#standing.values()];
  }

  get(idHex: string): Allowance | undefined {
    return this.#standing.get(idHex);
  }

  make({ atMs, allowanceId, pairingId, ...figures }: RecordFields<'allowance'>): void {
    const idHex = hex(allowanceId);
    const madeAtMs = this.#standing.get(idHex)?.madeAtMs ?? atMs;
    this.#standing.set(idHex, { ...figures, idHex, allowanceId, pairingHex: hex(pairingId), madeAtMs });
  }

  end(idHex: string): void {
    this.#standing.delete(idHex);
  }
}
