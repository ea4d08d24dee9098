/** The console's doors: its stream of events, and its switches. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FAULT_MODES, FAULT_NAMES, type FaultMode, type FaultName, type FaultSwitches } from '../faults/switches.ts';
import { openEventStream, readSmallBody, refused, type WebAnswer } from '../web/answers.ts';
import type { WebDoor } from '../web/listener.ts';
import type { ConsoleDesk } from './desk.ts';

export interface ConsoleDoorsOptions {
  readonly desk: ConsoleDesk;
  readonly faults: FaultSwitches;
  /** Resolves when a changed switch has taken effect. */
  readonly settle: () => Promise<void>;
  /** Ends the streams when the sandbox stops. */
  readonly stopping: AbortSignal;
}

const STREAMS_MAX = 32;
/** Shorter than any idle time-out on the way. */
const HEARTBEAT_MS = 15_000;

export function consoleDoors(options: ConsoleDoorsOptions): readonly WebDoor[] {
  const streams = { open: 0 };
  return [
    {
      method: 'GET',
      path: '/console/events',
      open: (_request, response) => openStream(response, options, streams),
    },
    { method: 'POST', path: '/console/faults', open: (request) => setFault(request, options) },
    { method: 'POST', path: '/console/faults/reset', open: (request) => resetFaults(request, options) },
  ];
}

async function openStream(
  response: ServerResponse,
  { desk, stopping }: ConsoleDoorsOptions,
  streams: { open: number },
): Promise<WebAnswer | 'taken'> {
  if (streams.open >= STREAMS_MAX) return refused(503, 'too many are looking');
  const leave = await desk.watch(openEventStream(response));
  const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT_MS);
  const end = (): void => void response.end();
  const left = (): void => {
    streams.open -= 1;
    clearInterval(heartbeat);
    stopping.removeEventListener('abort', end);
    leave();
  };
  streams.open += 1;
  stopping.addEventListener('abort', end);
  if (stopping.aborted) end();
  if (response.closed) left();
  else response.once('close', left);
  return 'taken';
}

async function setFault(request: IncomingMessage, { faults, settle }: ConsoleDoorsOptions): Promise<WebAnswer> {
  if (request.headers['content-type'] !== 'application/json') return refused(415, 'expected application/json');
  const wish = wishOf(await readSmallBody(request));
  if (wish === undefined) return refused(400, 'expected { "fault": name, "mode": "off" | "once" | "on" }');
  faults.set(wish.fault, wish.mode);
  await settle();
  return { status: 204 };
}

async function resetFaults(request: IncomingMessage, { faults, settle }: ConsoleDoorsOptions): Promise<WebAnswer> {
  await readSmallBody(request);
  faults.reset();
  await settle();
  return { status: 204 };
}

function wishOf(body: string | undefined): { fault: FaultName; mode: FaultMode } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
  const wish = (value ?? {}) as { fault?: unknown; mode?: unknown };
  const fault = FAULT_NAMES.find((name) => name === wish.fault);
  const mode = FAULT_MODES.find((name) => name === wish.mode);
  return fault && mode && { fault, mode };
}
