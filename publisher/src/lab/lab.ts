/** Opens the timing lab of a studio's folder. */
import { dirname, join } from 'node:path';
import type { StudioFiles } from '../studio/layout.ts';
import { loadAssets, type LabAssets } from './assets.ts';
import { LabDesk } from './desk.ts';
import { startLabServer, type LabServer } from './lab-server.ts';
import { RecordingsFolder } from './recordings.ts';

/** The port at which games look for a lab. */
export const LAB_PORT = 8376;

export interface LabOptions {
  readonly files: Pick<StudioFiles, 'offers' | 'placements' | 'compiledPlacements' | 'personas'>;
  /** Default: `recordings/` beside `placements.yaml`. */
  readonly recordingsFolder?: string;
  /** Default `LAB_PORT`; 0 takes a free one. */
  readonly port?: number;
  /** The page's files; default: loaded, which takes a second from the sources. */
  readonly assets?: LabAssets;
  readonly clock: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** Rejects when the port is taken. What is wrong in the files is shown on the page, and is no reason not to open. */
export async function openLab(options: LabOptions): Promise<LabServer> {
  const { files, recordingsFolder, port = LAB_PORT, clock, randomBytes } = options;
  const assets = options.assets ?? (await loadAssets());
  const recordings = new RecordingsFolder(recordingsFolder ?? join(dirname(files.placements), 'recordings'));
  const desk = new LabDesk({ files, recordings, clock });
  try {
    return await startLabServer({ desk, assets, port, clock, randomBytes });
  } catch (cause) {
    desk.close();
    throw cause;
  }
}
