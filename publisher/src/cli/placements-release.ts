/** `coinslot placements publish`, `rollback` and `releases`: other rules for a game that is out. */
import { InvalidArgumentError, type Command } from 'commander';
import { changesBetween } from '../release/changes.ts';
import { listReleases } from '../release/list.ts';
import { publishPlacements, rollBackPlacements, type Published } from '../release/publish.ts';
import { filesOf, say, withSources, type FileOptions } from './terminal.ts';

/** Adds the three commands to their group. */
export function registerRelease(placements: Command): void {
  withSigning(withSources(placements.command('publish')))
    .description('check placements.yaml and sign it as the next release, for a game that is out already')
    .action(publish);
  withSigning(placements.command('rollback'))
    .description('release an older file again, under the next number')
    .argument('[folder]', 'folder of the studio', '.')
    .option('--to <number>', 'the release to go back to; default: the last one that differs', releaseNumber)
    .action(rollBack);
  withTrust(placements.command('releases'))
    .description('list the releases and what each changed')
    .argument('[folder]', 'folder of the studio', '.')
    .action(list);
}

const withTrust = (command: Command): Command =>
  command
    .option('--chain <file>', 'certificates, PEM, yours first; default: publisher.chain.pem')
    .option('--roots <file>', 'pinned roots; default: roots.coinslot')
    .option('--release <file>', 'what the host of the game serves; default: placements.coinslot')
    .option('--releases <folder>', 'where every release is kept; default: releases');

const withSigning = (command: Command): Command =>
  withTrust(command)
    .option('--key <file>', 'default: publisher.key.pem')
    .option('--price-list <file>', 'of the build that is out; default: price-list.coinslot');

function publish(folder: string, options: FileOptions): void {
  const files = filesOf(folder, options);
  const { release, isNew, before } = publishPlacements(files, Date.now());
  if (!isNew) return say(`release ${release.number} has this very file: nothing to do`);
  tell({ release, isNew, before });
  say(`wrote ${files.release}: put it where the game's placementsUrl leads`);
}

function rollBack(folder: string, { to, ...named }: FileOptions & { to?: number }): void {
  const files = filesOf(folder, named);
  const done = rollBackPlacements(files, to, Date.now());
  if (!done.isNew)
    return say(`release ${done.release.number} has the file of release ${done.to.number}: nothing to do`);
  tell(done);
  say(
    `it is the file of release ${done.to.number} again`,
    `wrote ${files.release}: put it where the game's placementsUrl leads`,
    `${files.placements} is as it was: what it says is released again by the next publish`,
  );
}

function tell({ release, before }: Published): void {
  say(`released ${release.number}: ${release.placements.campaigns.length} campaigns`);
  if (before === undefined) return;
  say(...changesBetween(before.placements, release.placements).map(({ text }) => `  ${text}`));
}

function list(folder: string, options: FileOptions): void {
  const releases = listReleases(filesOf(folder, options));
  if (releases.length === 0) return say('no release yet: coinslot placements publish');
  for (const { number, timeMs, campaigns, sameAs, changes } of releases) {
    const again = sameAs === undefined ? '' : `, the file of ${sameAs} again`;
    const inForce = number === releases.at(-1)?.number ? ', in force' : '';
    say(`${String(number).padStart(4, '0')}  ${minuteOf(timeMs)}  ${campaigns} campaigns${again}${inForce}`);
    say(...changes.map((line) => `      ${line}`));
  }
}

/** `2027-01-31 18:05 UTC`. */
const minuteOf = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function releaseNumber(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('expected the number of a release');
  return Number(text);
}
