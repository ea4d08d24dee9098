/** `coinslot placements replay`. */
import {
  fileHash,
  readRecording,
  RecordingError,
  replay,
  type PlacementsFile,
  type Recording,
} from '@coinslot/plugin/timing';
import { Option, type Command } from 'commander';
import { join } from 'node:path';
import { readOffers } from '../offers/read.ts';
import { compilePlacements } from '../placements/compile.ts';
import { isChanged, replayText } from '../simulate/replay-text.ts';
import { readText } from '../studio/files.ts';
import { FaultsError } from '../text/faults.ts';
import { filesOf, say, warn, type FileOptions } from './terminal.ts';

interface Options extends FileOptions {
  readonly folder: string;
  readonly against?: string;
  readonly assume: 'accepted' | 'declined';
  readonly expectSame?: boolean;
}

/** Adds the command to its group. */
export function registerReplay(placements: Command): void {
  placements
    .command('replay')
    .description('what the rules would have done in recorded sessions, beside what was done')
    .argument('<recording...>', 'recorded sessions, .jsonl')
    .option('--against <file>', 'edited placements.yaml; default: that of the folder')
    .option('--folder <folder>', 'folder of the studio', '.')
    .option('--offers <file>', 'default: offers.yaml in the folder')
    .addOption(
      new Option('--assume <answer>', 'to offers that a recording has nothing like')
        .choices(['declined', 'accepted'])
        .default('declined'),
    )
    .option('--expect-same', 'exit code 1 when anything differs')
    .action(run);
}

function run(recordings: readonly string[], { folder, against, assume, expectSame, ...named }: Options): void {
  const { offers, placements } = filesOf(folder, named);
  const rules = against ?? placements;
  const file = compilePlacements(rules, readText(rules), readOffers(offers, readText(offers)));
  let changed = 0;
  for (const name of recordings) changed += replayOne(name, file, rules, assume);
  if (changed === 0) say(`nothing differs under ${rules} (${fileHash(file)})`);
  else say(`${changed} ${changed === 1 ? 'boundary differs' : 'boundaries differ'} under ${rules} (${fileHash(file)})`);
  if (changed > 0 && expectSame === true) process.exitCode = 1;
}

/** How many boundaries differ. */
function replayOne(name: string, file: PlacementsFile, rules: string, assume: Options['assume']): number {
  const recording = readOne(name);
  const { header, isCut } = recording;
  if (header.game !== file.game) {
    const message = `of the game "${header.game}", ${rules} is of "${file.game}"`;
    throw new FaultsError([{ file: name, line: 1, column: 1, message }]);
  }
  if (isCut) warn(`warning: ${name}: the last line is cut off, and left out`);
  const result = replay(recording, file, { assume });
  say(`${name}, recorded with ${header.file}`, ...replayText(result), '');
  return result.boundaries.filter(isChanged).length;
}

function readOne(name: string): Recording {
  try {
    return readRecording(readText(name, `such as ${join('recordings', 'session.jsonl')}`));
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    const message = error.message.replace(/^line \d+: /, '');
    throw new FaultsError([{ file: name, line: error.line, column: 1, message: `not a recording: ${message}` }]);
  }
}
