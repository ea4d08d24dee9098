/**
 * The audit: derives every balance, bill and payout once more, from the signed messages, the banks' notices and the pinned roots,
 * and holds what is stored against it (invariant I16). It shares no code with what posts, converts, bills and pays out: besides
 * the protocol it imports the types of rows and the store's readers only, and a test holds its imports against that.
 *
 * The facts come first: each is read from its signed bytes, and names the transfer that it must have made, which is looked up,
 * compared and marked. Then all transfers are gone through in their order: what is not marked moved money for nothing; balances,
 * months, seals, the journal, and with them bills and payouts, are made anew on the way.
 *
 * What it cannot see: that a fact is missing altogether, where nobody but the server had it. Decisions that players still hold
 * come back as evidence (`POST /v1/evidence`).
 */
import { ProtocolError } from '@coinslot/protocol';
import { auditBank, type Answers } from './bank.ts';
import { auditCards } from './cards.ts';
import { auditClosings } from './closings.ts';
import { auditDecisions } from './decisions.ts';
import { Expectations } from './expectations.ts';
import { Findings } from './findings.ts';
import { auditRefunds } from './refunds.ts';
import { auditTransfers } from './replay.ts';
import { auditTopUps } from './top-ups.ts';
import type { AuditOptions, AuditReport } from './types.ts';
import { Witness } from './witness.ts';
import { takeOperatorsWords } from './words.ts';

/** What every part of the audit works with. */
export interface Facts {
  readonly witness: Witness;
  readonly findings: Findings;
  readonly expectations: Expectations;
  /** Whose each card is: card id to user id, hex. */
  readonly holders: Map<string, string>;
  /** What banks told of each order, by end-to-end id. */
  readonly answers: Map<string, Answers>;
  /** Runs one part; bytes that nobody can read any more are a finding like any other. */
  readable(place: string, work: () => Promise<void>): Promise<void>;
}

/** Reads everything, so it takes time in step with the store. Throws RangeError when `oneIn` is no whole number above 0. */
export async function audit({ store, roots, oneIn = 1, onProgress }: AuditOptions): Promise<AuditReport> {
  if (!Number.isSafeInteger(oneIn) || oneIn < 1) throw new RangeError('oneIn: expected a whole number above 0');
  const findings = new Findings(onProgress);
  const witness = new Witness({ store, roots, oneIn, findings });
  const readable: Facts['readable'] = async (place, work) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      findings.find('unreadable', place, 'bytes that can be read', `${error.code}: ${error.message}`);
    }
  };
  const expectations = new Expectations(store, findings);
  const facts: Facts = { witness, findings, expectations, holders: new Map(), answers: new Map(), readable };
  await takeOperatorsWords(facts);
  await auditTopUps(facts);
  await auditDecisions(facts);
  await auditCards(facts);
  await auditRefunds(facts);
  await auditBank(facts);
  await auditClosings(facts);
  const currencies = await auditTransfers(facts);
  return {
    ok: findings.count === 0,
    counts: findings.counts,
    signatures: { verified: witness.verified, oneIn },
    currencies,
    onWord: findings.words,
    findingCount: findings.count,
    findings: findings.kept,
  };
}
