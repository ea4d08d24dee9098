/** A thread of the simulator: asked for portions of the players, it answers with their tallies. */
import { parentPort, workerData } from 'node:worker_threads';
import { groundOf } from './life.ts';
import type { Setup } from './setup.ts';
import { tallyPlayers } from './tally.ts';
import type { Portion } from './threads.ts';

const ground = groundOf(workerData as Setup);
parentPort!.on('message', ({ from, count }: Portion) => parentPort!.postMessage(tallyPlayers(ground, from, count)));
