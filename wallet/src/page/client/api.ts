/** Talking to the wallet that served this page. */
import type { PageView, ReceiptView } from '../view.ts';

const KEY_HEADER = 'x-coinslot-page';
const KEY_NAME = 'coinslot-page-key';

/** A fault that the wallet named; `text` is in the player's language where the wallet has words. */
export class ActionFault extends Error {
  readonly code: string;
  readonly text: string | undefined;

  constructor(code: string, text: string | undefined) {
    super(code);
    this.code = code;
    this.text = text;
  }
}

/** Takes the key out of a page that was just opened, and the one-time token out of the address. */
export function takeKey(): void {
  const key = document.querySelector<HTMLMetaElement>('meta[name="page-key"]')?.content ?? '';
  if (key !== '') localStorage.setItem(KEY_NAME, key);
  if (location.search !== '') history.replaceState(null, '', `/${location.hash}`);
}

const headers = (): Record<string, string> => ({ [KEY_HEADER]: localStorage.getItem(KEY_NAME) ?? '' });

/** What the wallet tells beside "done": an address that works once, or the recovery phrase. */
export interface Told {
  readonly url?: string;
  readonly words?: readonly string[];
}

/** Asks the wallet to do something. Throws ActionFault. */
export async function act(name: string, fields: object = {}): Promise<Told> {
  const response = await fetch(`/api/${name}`, {
    method: 'POST',
    headers: { ...headers(), 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  }).catch(() => undefined);
  const told = (await response?.json().catch(() => undefined)) as Answer | undefined;
  if (told?.done !== true) throw new ActionFault(told?.code ?? 'SERVER_UNREACHABLE', told?.text);
  return told;
}

type Answer = Told & { done?: boolean; code?: string; text?: string };

/** Has the browser save a file of the wallet's; gives back its name. Throws ActionFault. */
export async function save(path: string): Promise<string> {
  const response = await fetch(`/api/${path}`, { headers: headers() }).catch(() => undefined);
  if (response?.ok !== true) {
    const told = (await response?.json().catch(() => undefined)) as Answer | undefined;
    throw new ActionFault(told?.code ?? 'SERVER_UNREACHABLE', told?.text);
  }
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'coinslot';
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
  return name;
}

export async function olderReceipts(from: number): Promise<{ receipts: ReceiptView[]; olderFrom: number }> {
  const response = await fetch(`/api/receipts?from=${from}`, { headers: headers() });
  if (!response.ok) throw new ActionFault('GONE', undefined);
  return (await response.json()) as { receipts: ReceiptView[]; olderFrom: number };
}

const RETRY_MS = 1_000;
const TRIES_MAX = 3;

/**
 * Follows the view. The stream is read with fetch, since EventSource cannot send the key. `onGone` when the wallet no longer
 * knows this page, or does not answer.
 */
export async function follow(onView: (view: PageView) => void, onGone: () => void): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const response = await fetch('/api/stream', { headers: headers() }).catch(() => undefined);
    if (response?.status === 403) break;
    if (response?.body) {
      tries = 0;
      await readEvents(response.body, onView).catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  onGone();
}

async function readEvents(body: ReadableStream<Uint8Array>, onView: (view: PageView) => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    const last = events.at(-1);
    if (last !== undefined) onView(JSON.parse(last.slice('data: '.length)) as PageView);
  }
}
