/** `coinslot lab`: the timing lab of a folder, on this machine alone. */
import { randomBytes } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { LAB_PORT, openLab } from '../lab/lab.ts';
import { filesOf, say, warn, withSources, type FileOptions } from './terminal.ts';

type LabCommandOptions = FileOptions & { port: number; recordings?: string };

/** Adds the command. */
export function registerLab(program: Command): void {
  withSources(program.command('lab'))
    .description('open the timing lab: sessions, figures and offers of placements.yaml, edited while a game follows')
    .option('--port <number>', 'where it answers, on 127.0.0.1 alone', portNumber, LAB_PORT)
    .option('--recordings <folder>', 'recorded sessions; default: recordings/ beside placements.yaml')
    .action(lab);
}

async function lab(folder: string, { port, recordings, ...named }: LabCommandOptions): Promise<void> {
  const opened = await openLab({
    files: filesOf(folder, named),
    ...(recordings !== undefined && { recordingsFolder: recordings }),
    port,
    clock: Date.now,
    randomBytes: (length) => Uint8Array.from(randomBytes(length)),
  }).catch((cause: unknown) => {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
    warn(`error: port ${port} is taken, perhaps by another lab; choose one with --port`);
    process.exitCode = 1;
  });
  if (opened === undefined) return;
  say(
    `the timing lab (this address works once; Enter prints another): ${opened.pageUrl()}`,
    `games follow it at: http://127.0.0.1:${opened.port}`,
  );
  process.stdin.on('data', () => say(opened.pageUrl()));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  process.stdin.destroy();
  await opened.close();
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('expected a port, 0 to 65535');
  return port;
}
