/** How players pay their bills: the newest mandate that the PIN key signed. */
import { decodePaymentMandate, equalBytes, openSigned, ProtocolError, readEnvelope } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import type { Identity } from '../identity.ts';
import type { Clock } from '../log.ts';
import { requireFresh } from '../players/freshness.ts';
import { hex } from '../players/types.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { StoreReader } from '../store/port.ts';
import type { Mandate } from './types.ts';

export interface MandateDeskOptions {
  readonly identity: Identity;
  readonly store: StoreReader;
  readonly commit: GroupCommit;
  readonly clock: Clock;
}

export class MandateDesk {
  readonly #options: MandateDeskOptions;

  constructor(options: MandateDeskOptions) {
    this.#options = options;
  }

  /**
   * Takes envelope `payment-mandate`. The newest mandate's bytes again change nothing. Throws BAD_ENCODING, BAD_SIGNATURE, BAD_KEY
   * for nobody's or another server's, CLOCK_SKEW, ID_CONFLICT for a number that is taken, CONSENT_STALE for a lower one.
   */
  async take(envelope: Uint8Array): Promise<Mandate> {
    const { identity, store, commit, clock } = this.#options;
    const mandate = decodePaymentMandate(readEnvelope(envelope).body);
    const player = await store.findPlayer(mandate.userId);
    if (player === undefined)
      throw new ProtocolError('BAD_KEY', 'PaymentMandate.userId: nobody is enrolled here by it');
    openSigned(envelope, { type: 'payment-mandate', publicKey: player.pinKey, verify: nativeVerifySignature });
    if (!equalBytes(mandate.audience, identity.audience))
      throw new ProtocolError('BAD_KEY', "PaymentMandate.audience: not this server's key");
    return commit.submit(async (tx) => {
      const newest = await tx.periods.findMandate(mandate.userId);
      if (newest !== undefined && equalBytes(newest.envelope, envelope)) return newest;
      if (newest?.number === mandate.number)
        throw new ProtocolError('ID_CONFLICT', 'PaymentMandate.number: taken by another mandate');
      if (newest !== undefined && newest.number > mandate.number)
        throw new ProtocolError('CONSENT_STALE', `PaymentMandate.number: ${newest.number} is there already`);
      requireFresh(mandate.timeMs, clock(), 'PaymentMandate.timeMs');
      const { userId, number, way, mandateId, holder, iban, token, timeMs: signedAtMs } = mandate;
      // Never dated before a seal that did not know it.
      const takenAtMs = Math.max(clock(), (await tx.periods.findNewestSealed())?.sealedAtMs ?? 0);
      const taken: Mandate = { userId, number, way, mandateId, holder, iban, token, signedAtMs, takenAtMs, envelope };
      await tx.periods.addMandate(taken);
      return taken;
    });
  }
}

/** What is wrong with a stored mandate, held against what the player's PIN key signed; `undefined` when nothing is. */
export function faultOfMandate(stored: Mandate, pinKey: Uint8Array): string | undefined {
  const at = `mandate ${stored.number} of ${hex(stored.userId)}`;
  try {
    const body = openSigned(stored.envelope, {
      type: 'payment-mandate',
      publicKey: pinKey,
      verify: nativeVerifySignature,
    });
    const signed = decodePaymentMandate(body);
    const isSame =
      equalBytes(signed.userId, stored.userId) &&
      signed.number === stored.number &&
      signed.way === stored.way &&
      signed.mandateId === stored.mandateId &&
      signed.holder === stored.holder &&
      signed.iban === stored.iban &&
      signed.token === stored.token &&
      signed.timeMs === stored.signedAtMs;
    return isSame ? undefined : `${at}: not what was signed`;
  } catch (error) {
    if (error instanceof ProtocolError) return `${at}: ${error.message}`;
    throw error;
  }
}
