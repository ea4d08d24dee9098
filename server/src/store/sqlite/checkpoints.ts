/**
 * Brings the WAL into the file without the serving thread, which would wait for the disk: a thread with a connection of its own
 * checkpoints after every few thousand rows. While commits come without a pause it never reaches the WAL's end, and only there
 * can the WAL begin anew; so once it is large, the writer itself takes the little that is left between two transactions.
 *
 * Started when there is first something to do. Where the thread fails, SQLite checkpoints in the writer's commits, as it does by itself.
 */
import type Database from 'better-sqlite3';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** Changed since the last checkpoint: some four hundred purchases. */
const ROWS = 4_000n;
/** 64 MiB of pages. */
const FRAMES_MAX = 16_384;
const WAL_BYTES_MAX = FRAMES_MAX * 4_096;
/** SQLite's own. */
const AUTOCHECKPOINT_PAGES = 1_000;

/** Text, since node 20 gives a thread no TypeScript and this must run from the sources too. */
const PROGRAM = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Database = require(workerData.driver);
  const db = new Database(workerData.path, { timeout: 0, fileMustExist: true });
  db.pragma('synchronous = FULL');
  db.pragma('fullfsync = ON');
  db.pragma('checkpoint_fullfsync = ON');
  db.pragma('wal_autocheckpoint = 0');
  parentPort.on('message', (ask) => {
    if (ask === 'checkpoint') return parentPort.postMessage(db.pragma('wal_checkpoint(PASSIVE)')[0]);
    db.close();
    parentPort.close();
  });`;

/** Of `wal_checkpoint`: frames in the WAL, and how many of them are in the file. */
interface Checkpointed {
  readonly log: number;
  readonly checkpointed: number;
}

export class Checkpoints {
  readonly #path: string;
  readonly #writer: Database.Database;
  readonly #changes: Database.Statement<[], bigint>;
  readonly #rows: bigint;
  readonly #framesMax: number;
  #worker: Worker | undefined;
  #isAsked = false;
  #hasFailed = false;
  #isLong = false;
  #rowsThen = 0n;

  /** Smaller bounds are for tests. */
  constructor(path: string, writer: Database.Database, rows = ROWS, framesMax = FRAMES_MAX) {
    this.#path = path;
    this.#writer = writer;
    this.#rows = rows;
    this.#framesMax = framesMax;
    this.#changes = writer.prepare<[], bigint>('SELECT total_changes()').pluck();
    writer.pragma(`journal_size_limit = ${WAL_BYTES_MAX}`);
  }

  /** After each commit, outside of a transaction. Throws nothing: what was committed is so, whatever becomes of the WAL. */
  committed(): void {
    if (this.#hasFailed) return;
    try {
      if (this.#isAsked) this.#helpOut();
      else this.#checkpoint();
    } catch {
      this.#leaveToCommits();
    }
  }

  #checkpoint(): void {
    if (this.#isLong) this.#finish();
    const rows = this.#changes.get() as bigint;
    if (rows - this.#rowsThen < this.#rows) return;
    this.#rowsThen = rows;
    this.#worker ??= this.#start();
    this.#isAsked = true;
    this.#worker.postMessage('checkpoint');
  }

  /** A thread that gets no processor time must not let the WAL grow: the writer takes a turn for every so many rows. */
  #helpOut(): void {
    const rows = this.#changes.get() as bigint;
    if (rows - this.#rowsThen < BigInt(this.#framesMax)) return;
    this.#rowsThen = rows;
    this.#finish();
  }

  /** Lets the thread close its connection. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined || this.#hasFailed) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage('stop');
    await ended;
  }

  /** Never waits: what a reader still needs stays for the next time. */
  #finish(): void {
    this.#isLong = false;
    this.#writer.pragma('wal_checkpoint(PASSIVE)');
  }

  #start(): Worker {
    const driver = createRequire(import.meta.url).resolve('better-sqlite3');
    const worker = new Worker(PROGRAM, { eval: true, execArgv: [], workerData: { driver, path: this.#path } });
    worker.unref();
    worker.on('message', ({ log }: Checkpointed) => {
      this.#writer.pragma('wal_autocheckpoint = 0');
      this.#isAsked = false;
      this.#isLong = log > this.#framesMax;
    });
    worker.once('error', () => this.#leaveToCommits());
    return worker;
  }

  #leaveToCommits(): void {
    this.#hasFailed = true;
    if (this.#writer.open) this.#writer.pragma(`wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`);
  }
}
