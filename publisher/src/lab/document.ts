/**
 * The designer's document: `placements.yaml` as edited, what is on disk, and what both compile to. A text with faults is kept
 * and told; the last one without stays in force. No disk and no clock in here.
 */
import type { PlacementsFile } from '@coinslot/plugin/timing';
import { readOffers, type OffersFile } from '../offers/read.ts';
import { compileDesign, type CompiledDesign } from '../placements/compile.ts';
import { FaultsError, type Fault } from '../text/faults.ts';
import { LAB_LIMITS } from './limits.ts';

/** The sources as they are on disk; a file that cannot be read is its faults. */
export interface LabSources {
  readonly placements: string | readonly Fault[];
  readonly offers: string | readonly Fault[];
}

export interface LabDocumentOptions {
  /** Names for faults. */
  readonly placementsName: string;
  readonly offersName: string;
  readonly sources: LabSources;
}

interface Compiled {
  readonly design: CompiledDesign | null;
  readonly faults: readonly Fault[];
}

/** A step that undo takes back. */
interface Step {
  readonly text: string;
  /** When the typing that it was for went on last; `null` for a step of any other kind. */
  typedAtMs: number | null;
}

export class LabDocument {
  readonly #options: LabDocumentOptions;
  #sources: LabSources;
  #offers: OffersFile | undefined;
  #offerFaults: readonly Fault[] = [];
  #text = '';
  #compiled: Compiled = { design: null, faults: [] };
  #disk: Compiled = { design: null, faults: [] };
  #past: Step[] = [];
  #changedOnDisk = false;

  constructor(options: LabDocumentOptions) {
    this.#options = options;
    this.#sources = options.sources;
    this.#text = textOf(options.sources.placements);
    this.#readOffers();
    this.#compileBoth();
  }

  get text(): string {
    return this.#text;
  }

  /** Compiled from the last text without faults. */
  get file(): PlacementsFile | null {
    return this.#compiled.design?.placements ?? null;
  }

  /** The guard-rails of that text. */
  get expectations(): CompiledDesign['expectations'] {
    return this.#compiled.design?.expectations ?? [];
  }

  get disk(): PlacementsFile | null {
    return this.#disk.design?.placements ?? null;
  }

  get offers(): OffersFile | undefined {
    return this.#offers;
  }

  get faults(): readonly Fault[] {
    const unread = typeof this.#sources.placements === 'string' ? [] : this.#sources.placements;
    return [...unread, ...this.#offerFaults, ...this.#compiled.faults];
  }

  get isSaved(): boolean {
    return this.#text === textOf(this.#sources.placements);
  }

  /** The file on disk was changed elsewhere while there were edits here that had not been saved. */
  get changedOnDisk(): boolean {
    return this.#changedOnDisk;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  /** The whole text anew, as typed. Typing that goes on within `LAB_LIMITS.typingMs` is one step. */
  type(text: string, nowMs: number): void {
    if (text === this.#text) return;
    const last = this.#past.at(-1);
    if (last !== undefined && last.typedAtMs !== null && nowMs - last.typedAtMs <= LAB_LIMITS.typingMs) {
      last.typedAtMs = nowMs;
      this.#take(text);
    } else this.#step(text, nowMs);
  }

  /** A change made with the mouse or in a field: always a step of its own. */
  change(text: string): void {
    if (text !== this.#text) this.#step(text, null);
  }

  undo(): void {
    const step = this.#past.pop();
    if (step !== undefined) this.#take(step.text);
  }

  /** Back to what is on disk; can itself be undone. */
  revert(): void {
    this.change(textOf(this.#sources.placements));
    this.#changedOnDisk = false;
  }

  /** What was just written to disk. */
  saved(): void {
    this.#sources = { ...this.#sources, placements: this.#text };
    this.#changedOnDisk = false;
    this.#disk = this.#compile(this.#text, this.#disk);
  }

  /** The files were read again; false when nothing is new. Edits that were not saved stay, and it is told. */
  reload(sources: LabSources): boolean {
    const before = this.#sources;
    const hasEdits = !this.isSaved;
    if (isSame(before.placements, sources.placements) && isSame(before.offers, sources.offers)) return false;
    this.#sources = sources;
    if (!isSame(before.offers, sources.offers)) this.#readOffers();
    const isOther = !isSame(before.placements, sources.placements);
    if (isOther && hasEdits) this.#changedOnDisk = !this.isSaved;
    // An editor that writes in two steps leaves nothing readable for a moment: what is here stays.
    if (isOther && !hasEdits && typeof sources.placements === 'string') {
      this.#text = sources.placements;
      this.#past = [];
    }
    this.#compileBoth();
    return true;
  }

  #step(text: string, typedAtMs: number | null): void {
    this.#past = [...this.#past, { text: this.#text, typedAtMs }].slice(-LAB_LIMITS.undoMax);
    this.#take(text);
  }

  #take(text: string): void {
    this.#text = text;
    this.#compiled = this.#compile(text, this.#compiled);
    if (this.isSaved) this.#changedOnDisk = false;
  }

  #readOffers(): void {
    const { offers } = this.#sources;
    if (typeof offers !== 'string') {
      this.#offerFaults = offers;
      return;
    }
    try {
      this.#offers = readOffers(this.#options.offersName, offers);
      this.#offerFaults = [];
    } catch (thrown) {
      this.#offerFaults = faultsOf(thrown);
    }
  }

  #compileBoth(): void {
    this.#disk = this.#compile(textOf(this.#sources.placements), this.#disk);
    this.#compiled = this.#compile(this.#text, this.#compiled);
  }

  #compile(text: string, before: Compiled): Compiled {
    if (this.#offers === undefined) return { design: before.design, faults: [] };
    try {
      return { design: compileDesign(this.#options.placementsName, text, this.#offers), faults: [] };
    } catch (thrown) {
      return { design: before.design, faults: faultsOf(thrown) };
    }
  }
}

function faultsOf(thrown: unknown): readonly Fault[] {
  if (thrown instanceof FaultsError) return thrown.faults;
  throw thrown;
}

const textOf = (source: string | readonly Fault[]): string => (typeof source === 'string' ? source : '');

const isSame = (one: string | readonly Fault[], other: string | readonly Fault[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
