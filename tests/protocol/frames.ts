/** One frame of the link of each kind; a kind without a row does not compile. */
import type { FrameFields, FrameKind } from '@coinslot/protocol/link';
import { bytes16Of, seedOf } from '../lib/parties.ts';
import { contentEscrow, decisionEnvelope, sampleOf } from './samples.ts';

const message = Uint8Array.of(1, 2, 3);
export const FRAMES: { readonly [K in FrameKind]: FrameFields<K> } = {
  hello: { state: 'paired', challenge: seedOf('wallet challenge') },
  prove: { challenge: seedOf('game challenge'), proof: seedOf('proof'), locale: 'en' },
  welcome: { proof: seedOf('proof'), locale: 'en', payments: 'on' },
  paired: { secret: seedOf('secret') },
  offer: { seq: 1, offer: sampleOf('Offer').bytes },
  show: { seq: 1, shown: sampleOf('Shown').bytes },
  answer: { seq: 1, answer: 'accept', shownDigest: seedOf('shown') },
  progress: { seq: 1, state: 'paying' },
  decision: { seq: 1, decision: decisionEnvelope },
  refusal: { seq: 1, code: 'PENDING', charged: 'unknown', text: 'Not known yet.', declined: undefined },
  restore: { seq: 2, challenge: seedOf('challenge'), sessionKey: seedOf('session') },
  restored: { seq: 2, restored: [message, message], more: 0 },
  status: { seq: 3, nonce: bytes16Of('nonce') },
  consumed: { decisionId: bytes16Of('decision'), consumed: 60_000n },
  refund: { notice: message },
  payments: { state: 'off' },
  cancel: { seq: 0xffff_ffff },
  crls: { lists: [message] },
  happened: { what: 'loss' },
  entitled: { offerHash: seedOf('offer hash') },
  'content-key': { decisionId: bytes16Of('decision'), sealedKey: contentEscrow.sealedKey },
};
