/** The door for what wallets bring back after a restore: `[[message 2, message 3] or [rate table]...]`. */
import { ProtocolError, unpackWire, type Wire } from '@coinslot/protocol';
import type { Evidence, PresentedEvidence } from '../operation/evidence.ts';
import { json, MSGPACK } from './answer.ts';
import type { Door } from './doors.ts';

/** A pair has 6 kB or so: what one message holds. */
const EVIDENCE_MAX = 16;

export function evidenceDoor(evidence: Evidence): Door {
  return {
    method: 'POST',
    path: '/v1/evidence',
    contentType: MSGPACK,
    limit: 'ask',
    open: async ({ body }) => json(200, { evidence: await evidence.bring(requireEvidence(unpackWire(body))) }),
  };
}

function requireEvidence(value: Wire): PresentedEvidence[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > EVIDENCE_MAX) throw bad(`1 ... ${EVIDENCE_MAX}`);
  return (value as readonly Wire[]).map((one) => {
    const envelopes = Array.isArray(one) ? (one as readonly Wire[]).filter((part) => part instanceof Uint8Array) : [];
    const [first, decision] = envelopes;
    if (first === undefined || envelopes.length !== (one as readonly Wire[]).length || envelopes.length > 2)
      throw bad('one or two envelopes each');
    return decision === undefined ? { rateTable: first } : { request: first, decision };
  });
}

const bad = (expected: string): ProtocolError => new ProtocolError('BAD_ENCODING', `evidence: expected ${expected}`);
