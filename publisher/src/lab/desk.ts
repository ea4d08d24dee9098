/** The lab's work: joins document, disk, recordings and whoever follows. Everything that changes something ends in one telling. */
import type { ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { patchText } from '@coinslot/plugin/timing';
import { formatPlacements } from '../placements/compile.ts';
import { applyPatch } from '../placements/patch.ts';
import { summarize } from '../placements/summary.ts';
import { readPersonas } from '../simulate/personas-file.ts';
import { readBytesIfThere, readText, replaceFile } from '../studio/files.ts';
import type { StudioFiles } from '../studio/layout.ts';
import { FILE_START, FaultsError, type Fault } from '../text/faults.ts';
import { LabDocument, type LabSources } from './document.ts';
import { campaignPatch } from './campaign-patch.ts';
import { offersView } from './offers-view.ts';
import { runSimulation } from './simulation.ts';
import type { RecordingsFolder } from './recordings.ts';
import { Streams } from './streams.ts';
import type { LabView, SimulationView } from './view.ts';
import { watchFiles } from './watch.ts';

export interface LabDeskOptions {
  readonly files: Pick<StudioFiles, 'offers' | 'placements' | 'compiledPlacements' | 'personas'>;
  readonly recordings: RecordingsFolder;
  readonly clock: () => number;
}

export class LabDesk {
  readonly #options: LabDeskOptions;
  readonly #document: LabDocument;
  readonly #watch: { close(): void };
  readonly #pages = new Streams();
  readonly #games = new Streams(() => this.#tellPages());
  #revision = 1;
  /** What following games were given last. */
  #inForce: string;

  constructor(options: LabDeskOptions) {
    this.#options = options;
    const { files } = options;
    this.#document = new LabDocument({
      placementsName: files.placements,
      offersName: files.offers,
      sources: this.#read(),
    });
    this.#inForce = JSON.stringify(this.#document.file);
    this.#watch = watchFiles(dirname(files.placements), [files.placements, files.offers], () => this.#reload());
  }

  view(): LabView {
    const document = this.#document;
    const { files, recordings } = this.#options;
    return {
      revision: this.#revision,
      text: document.text,
      name: files.placements,
      file: document.file,
      disk: document.disk,
      faults: document.faults,
      saved: document.isSaved,
      changedOnDisk: document.changedOnDisk,
      canUndo: document.canUndo,
      summary: document.file === null ? [] : summarize(document.file, document.expectations),
      offers: offersView(document.offers),
      publisher: document.offers?.publisherId ?? '',
      recordings: recordings.list(),
      followers: this.#games.count,
    };
  }

  followView(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    this.#pages.add(response, headers, 'lab', this.view());
  }

  followPlacements(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    this.#games.add(response, headers, 'placements', this.#document.file);
  }

  /** `{ text }` or `{ campaign, set }`. Throws FaultsError for a campaign that is not there or words that cannot be set. */
  edit(fields: Readonly<Record<string, unknown>>): void {
    const { text, campaign, set } = fields;
    if (typeof text === 'string') this.#document.type(text, this.#options.clock());
    else {
      const { placements } = this.#options.files;
      this.#document.change(applyPatch(placements, this.#document.text, campaignPatch(placements, campaign, set)));
    }
    this.#tell();
  }

  undo(): void {
    this.#document.undo();
    this.#tell();
  }

  revert(): void {
    this.#document.revert();
    this.#tell();
  }

  /**
   * Writes both files, each whole. Throws FaultsError while the text has faults, and unless `over` when somebody else changed the
   * file meanwhile.
   */
  save(over: boolean): void {
    const { files } = this.#options;
    this.#reload();
    if (this.#document.faults.length > 0) throw new FaultsError(this.#document.faults);
    if (this.#document.changedOnDisk && !over) throw this.#fault('was changed on disk meanwhile; nothing was written');
    const { file, text } = this.#document;
    if (file === null) throw this.#fault('there is nothing to save');
    replaceFile(files.placements, text);
    replaceFile(files.compiledPlacements, formatPlacements(file));
    this.#document.saved();
    this.#tell();
  }

  /** What differs from the file on disk; empty when nothing does. */
  patch(): string {
    const { disk, file } = this.#document;
    return disk === null || file === null ? '' : patchText(disk, file);
  }

  /** Throws FaultsError while there is nothing to simulate. */
  async simulate(fields: Readonly<Record<string, unknown>>): Promise<SimulationView> {
    const { file, expectations, offers } = this.#document;
    if (file === null || offers === undefined) throw this.#fault('there is nothing to simulate');
    const { personas } = this.#options.files;
    const isThere = readBytesIfThere(personas) !== undefined;
    const who = isThere ? readPersonas(personas, readText(personas), file) : undefined;
    const nowMs = this.#options.clock();
    return runSimulation({ file, expectations, offers, who, players: fields['players'], nowMs });
  }

  /** The bytes of a recording of the folder, or `undefined`. */
  recording(name: string): Uint8Array | undefined {
    return this.#options.recordings.read(name);
  }

  /** The name that it was kept under. Throws FaultsError when there are too many. */
  keepRecording(text: string): string {
    const name = this.#options.recordings.keep(text, this.#options.clock());
    if (name === undefined) throw this.#fault('there are too many recordings; take some away');
    this.#tellPages();
    return name;
  }

  close(): void {
    this.#watch.close();
    this.#pages.close();
    this.#games.close();
  }

  #fault(message: string): FaultsError {
    return new FaultsError([{ file: this.#options.files.placements, ...FILE_START, message }]);
  }

  #read(): LabSources {
    const { placements, offers } = this.#options.files;
    return { placements: textOrFaults(placements), offers: textOrFaults(offers) };
  }

  #reload(): void {
    if (this.#document.reload(this.#read())) this.#tell();
  }

  /** Tells pages, and games when other rules are in force. */
  #tell(): void {
    const json = JSON.stringify(this.#document.file);
    if (json !== this.#inForce && this.#document.file !== null) {
      this.#inForce = json;
      this.#games.send('placements', this.#document.file);
    }
    this.#tellPages();
  }

  #tellPages(): void {
    this.#revision += 1;
    this.#pages.send('lab', this.view());
  }
}

function textOrFaults(file: string): string | readonly Fault[] {
  try {
    return readText(file);
  } catch (thrown) {
    if (thrown instanceof FaultsError) return thrown.faults;
    throw thrown;
  }
}
