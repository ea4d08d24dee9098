/** The content key's last way, from the player's key to the session of a game: to this player, for this decision, or not at all. */
import { describe, expect, it } from 'vitest';
import { encodeOffer, type PaymentDecision } from '@coinslot/protocol';
import {
  contentKeyIdOf,
  deriveSealingPair,
  openContentKey,
  sealContentKey,
  sealingKeyOfSigner,
} from '@coinslot/protocol/sealing';
import { contentKeyFor } from '../../wallet/src/link/content-keys.ts';
import { dayKeys, type DayKeys } from '../../wallet/src/vault/keys.ts';
import { makeOffer, makePublisher, makeTree, seedOf } from '../lib/parties.ts';
import { paymentDecision } from '../protocol/samples.ts';

const KEY = seedOf('content key');
const publisher = makePublisher(makeTree());
const { offer } = makeOffer(publisher, { quote: { contentKeyId: contentKeyIdOf(KEY) } });
const ada = dayKeys({ seed: seedOf('Ada'), accountSecret: new Uint8Array(16) });
const session = deriveSealingPair(seedOf('session secret'));
const publisherId = 'lumen-works';
const { requestHash, decisionId } = paymentDecision;

const sealedFor = (day: DayKeys, at = publisherId, hash = requestHash, key = KEY): Uint8Array =>
  sealContentKey(
    key,
    { holder: 'player', requestHash: hash },
    sealingKeyOfSigner(day.player(at).publicKey),
    seedOf('sealing'),
  );

function keyFor(sealedKey: Uint8Array | undefined, isShut = false): { key?: Uint8Array; logged: number } {
  let logged = 0;
  const count = (): void => void (logged += 1);
  const log = { info: count, warn: count, error: count };
  const decided: PaymentDecision = { ...paymentDecision, sealedKey };
  const vault = { day: isShut ? undefined : ada } as Parameters<typeof contentKeyFor>[2]['vault'];
  const random = (length: number): Uint8Array => seedOf('random').slice(0, length);
  const payment = { publisherId, offer: encodeOffer(offer), decided };
  const key = contentKeyFor(payment, session.publicKey, { vault, random }, log);
  return { ...(key && { key }), logged };
}

describe('a content key', () => {
  it('is opened with the player key and sealed to the session that asks', () => {
    const { key, logged } = keyFor(sealedFor(ada));
    const opened = openContentKey(key!, { holder: 'session', decisionId }, session.secretKey, contentKeyIdOf(KEY));
    expect([opened, logged]).toEqual([KEY, 0]);
  });

  const grace = dayKeys({ seed: seedOf('Grace'), accountSecret: new Uint8Array(16) });
  it.each<[string, Uint8Array]>([
    ['another player', sealedFor(grace)],
    ['this player at another publisher', sealedFor(ada, 'umbra-works')],
    ['another request', sealedFor(ada, publisherId, seedOf('other'))],
    ['this player, but another key', sealedFor(ada, publisherId, requestHash, seedOf('other key'))],
    ['nobody', new Uint8Array(80)],
  ])('sealed to %s goes to no game, and is told', (_, sealedKey) => {
    expect(keyFor(sealedKey)).toEqual({ logged: 1 });
  });

  it('waits while the vault is shut, and is not asked of decisions about nothing sealed', () => {
    expect([keyFor(sealedFor(ada), true), keyFor(undefined)]).toEqual([{ logged: 0 }, { logged: 0 }]);
  });
});
