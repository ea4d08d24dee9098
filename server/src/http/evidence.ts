/** The door for what wallets bring back after a restore: `[[message 2, message 3]...]`. */
import { ProtocolError, unpackWire, type Wire } from '@coinslot/protocol';
import type { Evidence, PresentedEvidence } from '../operation/evidence.ts';
import { json, MSGPACK } from './answer.ts';
import type { Door } from './doors.ts';

/** A pair has 6 kB or so: what one message holds. */
const PAIRS_MAX = 16;

export function evidenceDoor(evidence: Evidence): Door {
  return {
    method: 'POST',
    path: '/v1/evidence',
    contentType: MSGPACK,
    limit: 'ask',
    open: async ({ body }) => json(200, { evidence: await evidence.bring(requirePairs(unpackWire(body))) }),
  };
}

function requirePairs(value: Wire): PresentedEvidence[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > PAIRS_MAX) throw bad(`1 ... ${PAIRS_MAX} pairs`);
  return (value as readonly Wire[]).map((pair) => {
    const [request, decision, ...more] = Array.isArray(pair) ? (pair as readonly Wire[]) : [];
    if (!(request instanceof Uint8Array) || !(decision instanceof Uint8Array) || more.length > 0)
      throw bad('pairs of two envelopes');
    return { request, decision };
  });
}

const bad = (expected: string): ProtocolError => new ProtocolError('BAD_ENCODING', `evidence: expected ${expected}`);
