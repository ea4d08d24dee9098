/** One connection of one game: its handshake, then its frames. A bad frame ends the connection and nothing else. */
import { ProtocolError } from '@coinslot/protocol';
import { decodeFrame, encodeFrame, type Frame, type FrameFields, type FrameKind } from '@coinslot/protocol/link';
import type { ConsentDesk } from '../consent/desk.ts';
import { sendRefusal, type Seat } from '../consent/seat.ts';
import { fromHex, hex } from '../hex.ts';
import type { Payment } from '../journal/payments.ts';
import type { Pairing } from '../journal/state.ts';
import { WALLET_LIMITS } from '../limits.ts';
import type { Log, Timers } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';
import { Bucket } from './bucket.ts';
import type { Consumption } from './consumption.ts';
import type { Admitted } from './doors.ts';
import { CLOSE, Handshake } from './handshake.ts';
import type { LinkSecrets } from './link-secrets.ts';
import type { PairingDesk } from './pairing-desk.ts';
import { contentKeyFor } from './content-keys.ts';
import { inBatches, isPaidTo, restoredFor, type Owned } from './restore.ts';

/** The socket as the link sees it. */
export interface Wire {
  send(bytes: Uint8Array): void;
  close(code: number): void;
}

export interface LinkOptions {
  game: Admitted;
  wire: Wire;
  profile: Profile;
  desk: PairingDesk;
  consent: ConsentDesk;
  secrets: LinkSecrets;
  consumption: Consumption;
  timers: Timers;
  log: Log;
  payments(pairing: Pairing): 'on' | 'off';
  /** Revocation lists that the wallet holds now, DER. */
  crls(): readonly Uint8Array[];
  /** When the session of this game that now goes on began, ms. */
  sessionStart(pairing: Pairing): number;
  /** Offers of one game share a bucket over all its connections. */
  offerBucket(pairing: Pairing): Bucket;
  /** And so do its questions for all that it was paid for, which cost a signature for each. */
  restoreBucket(pairing: Pairing): Bucket;
  /** The game asked far too often. */
  onFlood(pairing: Pairing): void;
}

export class GameLink {
  readonly game: Admitted;
  readonly #options: LinkOptions;
  readonly #handshake: Handshake;
  readonly #frames: Bucket;
  #seat: Seat | undefined;
  #pairing: Pairing | undefined;
  #payments: 'on' | 'off' = 'off';
  #isOpen = true;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.game = options.game;
    this.#frames = new Bucket(options.profile.clock, WALLET_LIMITS.framesBurst, 1_000 / WALLET_LIMITS.framesPerSecond);
    this.#handshake = new Handshake({
      ...options,
      send: (kind, fields) => this.#send(kind, fields),
      close: (code) => this.close(code),
      opened: (pairing) => this.#opened(pairing),
    });
  }

  /** The pairing that was proved; still known after the link has closed. */
  get pairing(): Pairing | undefined {
    return this.#pairing;
  }

  get isWaitingForUnlock(): boolean {
    return this.#handshake.isWaitingForUnlock;
  }

  begin(): void {
    this.#handshake.begin();
  }

  /** One binary message. Never throws. */
  receive(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    if (!this.#frames.take()) return this.close(CLOSE.tooMany);
    let frame: Frame;
    try {
      frame = decodeFrame(bytes);
    } catch (fault) {
      if (!(fault instanceof ProtocolError)) throw fault;
      this.#options.log.info({ code: fault.code, why: fault.message }, 'link: bad frame');
      return this.close(CLOSE.badFrame);
    }
    if (this.#seat === undefined) this.#handshake.take(frame);
    else this.#take(frame, this.#seat);
  }

  /** A ping is a frame too, as far as flooding goes. */
  countPing(): void {
    if (this.#isOpen && !this.#frames.take()) this.close(CLOSE.tooMany);
  }

  /** Says whether payments are on, when that has changed. */
  updatePayments(): void {
    if (this.#seat === undefined) return;
    const payments = this.#options.payments(this.#seat.pairing);
    if (payments === this.#payments) return;
    this.#payments = payments;
    this.#send('payments', { state: payments });
  }

  /** Hands over the revocation lists, in as many frames as they need: so a game offline knows of blocked cards too. */
  sendCrls(): void {
    if (this.#seat === undefined) return;
    const { crlFrameBytesMax } = WALLET_LIMITS;
    let lists: Uint8Array[] = [];
    let bytes = 0;
    for (const list of this.#options.crls().filter(({ length }) => length <= crlFrameBytesMax)) {
      if (bytes + list.length > crlFrameBytesMax) {
        this.#send('crls', { lists });
        [lists, bytes] = [[], 0];
      }
      lists.push(list);
      bytes += list.length;
    }
    if (lists.length > 0) this.#send('crls', { lists });
  }

  /** Hands over the notice that ends an entitlement of this game's. */
  sendRefund(payment: Pick<Payment, 'publisherId' | 'gameId' | 'refundNotice'>): void {
    if (this.#seat === undefined || payment.refundNotice === undefined) return;
    if (isPaidTo(payment, this.#seat.pairing)) this.#send('refund', { notice: payment.refundNotice });
  }

  /** Says that there is something to restore, when it was paid for in this game. */
  sendEntitled(payment: Payment): void {
    if (this.#seat === undefined || !isPaidTo(payment, this.#seat.pairing)) return;
    const offerHash = fromHex(payment.offerHashHex, 32);
    if (offerHash !== undefined) this.#send('entitled', { offerHash });
  }

  send<K extends FrameKind>(kind: K, fields: FrameFields<K>): void {
    if (this.#seat !== undefined) this.#send(kind, fields);
  }

  close(code: number): void {
    if (!this.#isOpen) return;
    this.#options.wire.close(code);
    this.closed();
  }

  /** The socket is gone. */
  closed(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#handshake.stop();
    if (this.#seat !== undefined) this.#options.consent.leave(this.#seat);
    this.#seat = undefined;
    this.#options.profile.announce();
  }

  #opened(pairing: Pairing): void {
    this.#pairing = pairing;
    this.#payments = this.#options.payments(pairing);
    this.#seat = {
      pairing,
      sessionStartMs: this.#options.sessionStart(pairing),
      isGame: true,
      send: (kind, fields) => this.#send(kind, fields),
    };
    this.sendCrls();
    // The game may have been away when it happened; `restore` leaves them out, and says nothing of what the game still has.
    const { state } = this.#options.profile;
    const refunded = [...state.recovered.all, ...state.payments].filter(
      (one) => one.refund !== undefined && isPaidTo(one, pairing),
    );
    for (const payment of refunded.slice(-WALLET_LIMITS.refundsToldMax)) this.sendRefund(payment);
    this.#options.profile.announce();
  }

  #take(frame: Frame, seat: Seat): void {
    const { consent } = this.#options;
    switch (frame.kind) {
      case 'offer':
        return this.#offer(frame.seq, frame.offer, seat);
      case 'answer':
        return consent.answer(seat, frame.seq, frame.answer, frame.shownDigest);
      case 'cancel':
        return consent.cancel(seat, frame.seq);
      case 'status':
        return consent.status(seat, frame.seq, frame.nonce);
      case 'restore':
        return this.#restore(frame, seat);
      case 'consumed':
        return this.#consumed(frame, seat);
      case 'happened':
        return consent.happened(seat);
      // Frames that only the wallet sends, and the handshake's, which is over.
      case 'hello':
      case 'prove':
      case 'welcome':
      case 'paired':
      case 'show':
      case 'progress':
      case 'decision':
      case 'refusal':
      case 'restored':
      case 'refund':
      case 'payments':
      case 'crls':
      case 'entitled':
      case 'content-key':
        return this.close(CLOSE.badFrame);
    }
  }

  #offer(seq: number, offer: Uint8Array, seat: Seat): void {
    const { profile, consent, consumption } = this.#options;
    if (this.#options.offerBucket(seat.pairing).take()) {
      // What was begun to be used may be bought again.
      consumption.flush();
      return void consent.offer(seat, seq, offer);
    }
    this.#options.onFlood(seat.pairing);
    sendRefusal(seat, seq, profile.settings.language, 'RATE_LIMITED', 'no');
  }

  #restore({ seq, challenge, sessionKey }: Extract<Frame, { kind: 'restore' }>, seat: Seat): void {
    const { profile, consumption } = this.#options;
    const { day } = profile.vault;
    if (!this.#options.restoreBucket(seat.pairing).take())
      return sendRefusal(seat, seq, profile.settings.language, 'RATE_LIMITED', 'no');
    if (day === undefined) return sendRefusal(seat, seq, profile.settings.language, 'CONSENT_REQUIRED', 'no');
    consumption.flush();
    const player = day.player(seat.pairing.publisherId);
    const keyOf = (payment: Owned): Uint8Array | undefined =>
      contentKeyFor(payment, sessionKey, profile, this.#options.log);
    const batches = inBatches(restoredFor(profile.state, seat.pairing, { challenge, sessionKey }, player, keyOf));
    batches.forEach((restored, i) => this.#send('restored', { seq, restored, more: i + 1 < batches.length ? 1 : 0 }));
  }

  #consumed({ decisionId, consumed }: Extract<Frame, { kind: 'consumed' }>, seat: Seat): void {
    const { profile, consumption } = this.#options;
    const decisionHex = hex(decisionId);
    const payment = profile.state.paymentOfDecision(decisionHex) ?? profile.state.recovered.get(decisionHex);
    if (payment === undefined || !isPaidTo(payment, seat.pairing)) return;
    consumption.take(decisionId, consumed, payment.consumed);
  }

  #send<K extends FrameKind>(kind: K, fields: FrameFields<K>): void {
    if (this.#isOpen) this.#options.wire.send(encodeFrame(kind, fields));
  }
}
