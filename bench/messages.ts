/** What travels for one purchase, with certificate chains and with their hashes. */
import {
  decodeOffer,
  decodePaymentRequest,
  encodeOffer,
  encodePaymentRequest,
  readEnvelope,
  sealEnvelope,
  withChainByHash,
  type Signer,
} from '@coinslot/protocol';
import { sitDown } from '../scripts/prove/player.ts';
import type { Parties } from '../scripts/town.ts';
import { onGrounds } from './grounds.ts';
import type { Figure, Part } from './report.ts';

/** Only names the game's origin; nothing listens there. */
const GAME_PORT = 8375;
const TARGET = 'level-3';

interface Messages {
  readonly offer: Uint8Array;
  readonly request: Uint8Array;
  readonly decision: Uint8Array;
}

export async function measureMessages(): Promise<Part> {
  const { offer, request, decision } = await onGrounds({ gamePort: GAME_PORT, clock: Date.now }, buy);
  const publisherLeaf = readEnvelope(decodeOffer(offer).quote).chain[0]!;
  const serverLeaf = readEnvelope(decision).chain[0]!;
  const sized = (name: string, bytes: Uint8Array, goal: number): Figure => ({
    name,
    value: bytes.length,
    unit: 'B',
    goal,
  });
  return {
    name: 'messages',
    title: 'Messages: bytes of one purchase',
    figures: [
      sized('message 1, offer, with chain', offer, 1_900),
      sized('message 2, payment request, with chain', request, 1_700),
      sized('message 3, payment decision, with chain', decision, 1_400),
      sized('message 1, chain by hash', offerByHash(offer), 1_000),
      sized('message 2, chain by hash', requestByHash(request), 850),
      sized('message 3, chain by hash', withChainByHash(decision), 650),
      sized("publisher's leaf certificate, DER", publisherLeaf, 560),
      sized("payment server's leaf certificate, DER", serverLeaf, 560),
    ],
    notes: [`Taken from a purchase of ${TARGET} of the demo game, with one locale, between the real parties.`],
  };
}

async function buy({ sandbox, wallet, gameFolder }: Parties): Promise<Messages> {
  const origin = `http://127.0.0.1:${GAME_PORT}`;
  const player = sitDown({ gameFolder, walletPort: wallet.port, origin });
  const { status, detail } = await player.coinslot.require(TARGET);
  player.coinslot.close();
  const offer = player.passed.find(({ name }) => name === 'offer')?.bytes;
  const [decision] = player.decisions;
  const [recorded] = await sandbox.server.service.records.listAllDecisions(0n, 1);
  if (offer === undefined || decision === undefined || recorded === undefined)
    throw new Error(`${TARGET} was not bought: ${status} ${detail ?? ''}`);
  return { offer, request: recorded.requestBytes, decision };
}

function offerByHash(bytes: Uint8Array): Uint8Array {
  const offer = decodeOffer(bytes);
  return encodeOffer({ ...offer, quote: withChainByHash(offer.quote) });
}

/** Only its length is looked at: a signature is as long as any other. */
const ANY_SIGNER: Signer = { publicKey: new Uint8Array(32), sign: () => new Uint8Array(64) };

function requestByHash(bytes: Uint8Array): Uint8Array {
  const request = decodePaymentRequest(readEnvelope(bytes).body);
  const body = encodePaymentRequest({ ...request, quote: withChainByHash(request.quote) });
  return sealEnvelope('payment-request', body, ANY_SIGNER, []);
}
