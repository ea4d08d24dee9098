/** A door of the console that does something: JSON in, nothing out; what the server refuses is said on the page. */
import { ProtocolError } from '@coinslot/protocol';
import type { IncomingMessage } from 'node:http';
import { readSmallBody, refused, type WebAnswer } from '../web/answers.ts';
import type { WebDoor } from '../web/listener.ts';

/** `onChange` is called when something may stand otherwise than before. */
export const actionDoor = (
  path: string,
  onChange: () => void,
  act: (fields: Record<string, unknown>) => Promise<WebAnswer | void>,
): WebDoor => ({
  method: 'POST',
  path,
  async open(request) {
    if (request.headers['content-type'] !== 'application/json') return refused(415, 'expected application/json');
    const answer = await acted(() => readFields(request).then(act));
    onChange();
    return answer;
  },
});

async function readFields(request: IncomingMessage): Promise<Record<string, unknown>> {
  const body = await readSmallBody(request);
  try {
    const value: unknown = JSON.parse(body ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Anything but a refusal of the server's is a fault of the sandbox. */
async function acted(act: () => Promise<WebAnswer | void>): Promise<WebAnswer> {
  try {
    return (await act()) ?? { status: 204 };
  } catch (error) {
    if (error instanceof ProtocolError) return refused(409, `${error.code}: ${error.message}`);
    throw error;
  }
}
