/** Players at a server who set passwords, prove them, and are refused. */
import { readEnvelope, sealEnvelope, type AccountRequest, type MessageType, type Signer } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { makeAccountRequest, makeOffer, makeRequest, seedOf, type Player } from '../lib/parties.ts';
import { bytesOf, post, readDecision, type Started } from './started-server.ts';

export const FIRST = nativeSigner(seedOf('correct horse'));
export const SECOND = nativeSigner(seedOf('battery staple'));

/** Asks for a key, or none, in the place of the one before; `endorser` is whose password says so too. */
export const register = async (
  started: Started,
  player: Player,
  passwordKey: Uint8Array | undefined,
  fields: Partial<AccountRequest> = {},
  endorser?: Signer,
): Promise<string> => {
  const request = { ask: 'password', passwordKey, timeMs: started.time.nowMs, ...fields } as const;
  return outcome(await post(started, '/v1/accounts', makeAccountRequest(player, started.holder, request, endorser)));
};

export async function outcome(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'application/json') return String(response.status);
  return `${response.status} ${((await response.json()) as { code: string }).code}`;
}

/** The outcome of a payment: the code of the signed decision, or the refusal that nobody signed. */
export async function pay(started: Started, player: Player, nonce: string, proof: 'pin' | 'password'): Promise<string> {
  const offer = makeOffer(started.publisher, { nonce, atMs: started.time.nowMs, quote: { amountMinor: 200n } });
  const response = await post(started, '/v1/payments', makeRequest(player, started.holder, offer, { proof }));
  if (response.headers.get('content-type') === 'application/json') return outcome(response);
  return readDecision(started, await bytesOf(response)).code;
}

/** Whoever types a password: the key that `makeRequest` signs such proofs with. */
export const typing = (player: Player, password: Signer): Player => ({ ...player, press: password });

/** The same message, by another key. */
export const signedBy = (signer: Signer, type: MessageType, envelope: Uint8Array): Uint8Array =>
  sealEnvelope(type, readEnvelope(envelope).body, signer, []);
