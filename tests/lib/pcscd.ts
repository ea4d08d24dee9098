/**
 * A PC/SC daemon of a test's own, with two virtual readers (vpcd): own socket, own reader configuration, and where the machine
 * permits it a network namespace of its own, with a route that acknowledges at once (vpcd 3.3 writes each frame in two pieces,
 * and a delayed acknowledgement between them costs 44 ms a command). The system's daemon and routes are left alone.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const DAEMON = '/usr/sbin/pcscd';
const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const DIALLER = fileURLToPath(new URL('vpcd-dialler.mjs', import.meta.url));
const NAMESPACE_PORT = 35963;

/** Why no daemon can be started here; `undefined` when one can. */
export function whyNoPcscd(): string | undefined {
  if (process.platform !== 'linux') return 'pcscd with vpcd is started on Linux only';
  const missing = [DAEMON, DRIVER].filter((path) => !existsSync(path));
  if (missing.length > 0)
    return `${missing.join(' and ')} missing: apt-get install -y --no-install-recommends pcscd vsmartcard-vpcd`;
  if (spawnSync('setpriv', ['--version']).status !== 0) return 'setpriv (util-linux) is missing';
  return undefined;
}

/** Whether a daemon gets a network namespace of its own here. */
export function hasNamespaces(): boolean {
  return spawnSync('unshare', ['--net', '--mount', 'sh', '-c', 'ip link set lo up']).status === 0;
}

export interface PcscDaemon {
  readonly socketPath: string;
  readonly readerNames: readonly [string, string];
  /** Process id, for measurements. */
  pid(): number;
  /** A socket to the port of the first or second reader. */
  dial(reader: 0 | 1): Promise<Socket>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
  /** Command line before which a program runs in the daemon's network, and the address of its reader there. */
  readonly inside: { readonly command: readonly string[]; readonly host: string; readonly port: number };
}

export interface PcscDaemonOptions {
  /** Without it every command takes the 44 ms that an unprepared machine takes. Default true; needs a namespace. */
  readonly quickAck?: boolean;
}

/** Ready when the daemon says so; both readers are there and empty then. */
export async function startPcscd({ quickAck = true }: PcscDaemonOptions = {}): Promise<PcscDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-pcscd-'));
  const network = hasNamespaces() ? await ownNetwork(quickAck) : await sharedNetwork();
  const config = join(folder, 'readers');
  await mkdir(config);
  await writeFile(join(config, 'vpcd'), readerConfiguration(network.port));
  const socketPath = join(folder, 'pcscd.comm');
  let daemon: ChildProcess | undefined;
  const stop = async () => {
    if (!daemon) return;
    await ended(daemon);
    daemon = undefined;
    await rm(socketPath, { force: true });
  };
  const start = async () => {
    daemon = await startDaemon(network.command, config, socketPath);
  };
  await start();
  return {
    socketPath,
    readerNames: ['Virtual PCD 00 00', 'Virtual PCD 00 01'],
    pid: () => daemon?.pid ?? 0,
    dial: (reader) => network.dial(network.port + reader),
    stop,
    start,
    inside: network,
    async close() {
      await stop();
      network.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** vpcd opens this port for its first reader and the next one for its second. */
function readerConfiguration(port: number): string {
  const number = `0x${port.toString(16)}`;
  const fields = {
    FRIENDLYNAME: '"Virtual PCD"',
    DEVICENAME: `/dev/null:${number}`,
    LIBPATH: DRIVER,
    CHANNELID: number,
  };
  return Object.entries(fields)
    .map(([key, value]) => `${key} ${value}\n`)
    .join('');
}

interface Network {
  readonly port: number;
  readonly host: string;
  readonly command: readonly string[];
  dial(port: number): Promise<Socket>;
  close(): void;
}

/** The dialler lives in the namespace and holds it; the daemon joins it. Its /run/pcscd is its own too: the daemon writes its number there. */
async function ownNetwork(quickAck: boolean): Promise<Network> {
  const host = quickAck ? '127.0.0.2' : '127.0.0.1';
  const route = 'ip route add local 127.0.0.2/32 dev lo table local quickack 1';
  const setUp = `ip link set lo up && ${quickAck ? route : 'true'} && mkdir -p /run/pcscd && mount -t tmpfs none /run/pcscd`;
  const command = ['--net', '--mount', 'sh', '-c', `${setUp} && exec "$0" "$1"`, process.execPath, DIALLER];
  const dialler = spawn('setpriv', ['--pdeathsig', 'TERM', 'unshare', ...command], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(dialler, 'message');
  const pid = String(dialler.pid);
  let lastId = 0;
  return {
    port: NAMESPACE_PORT,
    host,
    command: ['nsenter', `--net=/proc/${pid}/ns/net`, `--mount=/proc/${pid}/ns/mnt`, `--wd=${process.cwd()}`],
    dial: (port) => {
      const id = (lastId += 1);
      return new Promise((resolve, reject) => {
        const onMessage = (message: unknown, socket: unknown) => {
          const answer = message as { id: number; error?: string };
          if (answer.id !== id) return;
          dialler.off('message', onMessage);
          if (answer.error !== undefined) reject(new Error(answer.error));
          else resolve(socket as Socket);
        };
        dialler.on('message', onMessage);
        dialler.send({ id, host, port });
      });
    },
    close: () => {
      if (dialler.connected) dialler.disconnect();
    },
  };
}

async function sharedNetwork(): Promise<Network> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const host = '127.0.0.1';
  return {
    port,
    host,
    command: [],
    dial: async (to) => {
      const socket = connect({ host, port: to });
      await once(socket, 'connect');
      return socket;
    },
    close: () => undefined,
  };
}

/** By socket activation: the daemon takes the listening socket that it finds as file descriptor 3. */
async function startDaemon(network: readonly string[], config: string, socketPath: string): Promise<ChildProcess> {
  const listener = createServer();
  const birthPath = `${socketPath}.new`;
  await new Promise<void>((resolve) => listener.listen(birthPath, resolve));
  // Closing a listener removes the path it was born with, so the daemon's is another one.
  await rename(birthPath, socketPath);
  const { fd } = (listener as unknown as { _handle: { fd: number } })._handle;
  const run = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" --foreground --info --config "$1"';
  const command = ['--pdeathsig', 'TERM', ...network, 'sh', '-c', run, DAEMON, config];
  const daemon = spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'pipe', fd] });
  listener.close();
  const log: string[] = [];
  await new Promise<void>((resolve, reject) => {
    for (const stream of [daemon.stdout, daemon.stderr])
      if (stream)
        createInterface({ input: stream }).on('line', (line) => {
          if (log.length < 200) log.push(line);
          if (line.includes('daemon ready')) resolve();
        });
    daemon.once('exit', () => reject(new Error(`pcscd ended at its start:\n${log.join('\n')}`)));
  });
  if (log.some((line) => line.includes('Could not initialize')))
    throw new Error(`a reader of pcscd did not start:\n${log.join('\n')}`);
  return daemon;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  // A card that stays silent holds up the daemon's end too.
  const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
  await gone;
  clearTimeout(timer);
}
