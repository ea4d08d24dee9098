/** The console's memory and voice: the last exchanges, and everybody who is looking. */
import type { SeenPayment, SeenExchange } from '@coinslot/server';
import type { FaultName } from '../faults/switches.ts';
import { NOTHING_NOTED, rowOf, type PaymentNote } from './exchange-rows.ts';
import type { ConsoleEvents, ConsoleState, ExchangeRow } from './types.ts';

/** Kept for whoever looks later. */
const ROWS_MAX = 200;
const NOTED_PAYMENTS_MAX = 1_024;

export type Send = <Name extends keyof ConsoleEvents>(event: Name, value: ConsoleEvents[Name]) => void;

export interface DeskOptions {
  nowMs(): number;
  readonly nameOf: (userId: Uint8Array) => string;
  ambientFaults(): readonly FaultName[];
  readState(): Promise<ConsoleState>;
  readonly onError: (error: unknown) => void;
}

export class ConsoleDesk {
  readonly #options: DeskOptions;
  readonly #rows: ExchangeRow[] = [];
  readonly #viewers = new Set<Send>();
  readonly #noted = new Map<string, PaymentNote>();
  #count = 0;
  /** Changes that come while the state is read are told by one more reading. */
  #telling: 'no' | 'yes' | 'again' = 'no';

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Adds a viewer, who is first told everything; the answer takes the viewer away again. */
  async watch(send: Send): Promise<() => void> {
    send('state', await this.#options.readState());
    this.#rows.forEach((row) => send('exchange', row));
    this.#viewers.add(send);
    return () => this.#viewers.delete(send);
  }

  /** A fault that acted on a payment: shown with the row to come. */
  noteFault({ requestId }: Pick<SeenPayment, 'requestId'>, fault: FaultName): void {
    const { again, faults } = this.#noteOf(requestId);
    this.#note(requestId, { again, faults: [...faults, fault] });
  }

  /** A payment that has its decision is asked for again: shown with the row to come. */
  noteAskedAgain({ requestId }: Pick<SeenPayment, 'requestId'>): void {
    this.#note(requestId, { ...this.#noteOf(requestId), again: true });
  }

  #noteOf(requestId: Uint8Array): PaymentNote {
    return this.#noted.get(nameOf(requestId)) ?? NOTHING_NOTED;
  }

  #note(requestId: Uint8Array, note: PaymentNote): void {
    this.#noted.set(nameOf(requestId), note);
    if (this.#noted.size <= NOTED_PAYMENTS_MAX) return;
    const [oldest] = this.#noted.keys();
    if (oldest !== undefined) this.#noted.delete(oldest);
  }

  /** Shows what passed, and says which faults it felt. */
  seeExchange(exchange: SeenExchange): readonly FaultName[] {
    const row = rowOf(exchange, {
      nameOf: this.#options.nameOf,
      ambient: this.#options.ambientFaults(),
      takeNote: (requestId) => {
        const note = this.#noteOf(requestId);
        this.#noted.delete(nameOf(requestId));
        return note;
      },
    });
    if (row === undefined) return [];
    this.#count += 1;
    const placed: ExchangeRow = { number: this.#count, atMs: this.#options.nowMs(), ...row };
    this.#rows.push(placed);
    if (this.#rows.length > ROWS_MAX) this.#rows.shift();
    this.#viewers.forEach((send) => send('exchange', placed));
    this.tellState();
    return row.faults;
  }

  /** Something stands otherwise than before. Never throws; many changes at once are told as one. */
  tellState(): void {
    if (this.#viewers.size === 0) return;
    if (this.#telling !== 'no') {
      this.#telling = 'again';
      return;
    }
    this.#telling = 'yes';
    this.#options
      .readState()
      .then((state) => this.#viewers.forEach((send) => send('state', state)))
      .catch(this.#options.onError)
      .finally(() => {
        const isAgain = this.#telling === 'again';
        this.#telling = 'no';
        if (isAgain) this.tellState();
      });
  }
}

const nameOf = (requestId: Uint8Array): string => Buffer.from(requestId).toString('hex');
