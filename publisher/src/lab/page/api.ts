/** Talking to the lab that served this page. */
import type { LabView } from '../view.ts';

/** What the lab answered instead of doing it; the message is for the designer. */
export class LabFault extends Error {}

async function ask(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(`/api/${path}`, init).catch(() => undefined);
  if (response === undefined) throw new LabFault('The lab does not answer: is the program still running?');
  if (!response.ok)
    throw new LabFault((await response.text()) || 'The lab does not know this page; open its printed address.');
  return response;
}

const post = (path: string, fields: object): Promise<Response> =>
  ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) });

/** Asks the lab to change something; what it is afterwards. Throws LabFault. */
export const change = async (path: 'edit' | 'save' | 'undo' | 'revert', fields: object = {}): Promise<LabView> =>
  (await (await post(path, fields)).json()) as LabView;

/** Runs the simulator on the edited file; its answer as JSON. Throws LabFault. */
export const simulate = async (fields: object): Promise<unknown> => (await post('simulate', fields)).json();

export const patch = async (): Promise<string> => (await ask('patch')).text();

export const recordingText = async (name: string): Promise<string> =>
  (await ask(`recordings/${encodeURIComponent(name)}`)).text();

/** Follows the lab: `onView` at once and after every change; `onGone` while it does not answer. The browser tries again. */
export function follow(onView: (view: LabView) => void, onGone: () => void): void {
  const events = new EventSource('/api/stream');
  events.addEventListener('lab', (event: MessageEvent<string>) => onView(JSON.parse(event.data) as LabView));
  events.addEventListener('error', onGone);
}
