/** A card's application, from bytes to something that may be granted. */
import {
  cardApplicationHash,
  cardPossessionInput,
  decodeCardApplication,
  equalBytes,
  exponentOf,
  ProtocolError,
  readEnvelope,
  readPublicKey,
  requireAdmissibleKey,
  spkiOf,
  type Alg,
  type CardApplication,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { instructingKey } from '../players/passwords.ts';
import type { Player } from '../players/types.ts';
import type { StoreReader } from '../store/port.ts';

/** An application whose form, key and signatures are good. */
export interface ReadApplication {
  readonly application: CardApplication;
  readonly player: Player;
  /** Of the card's key. */
  readonly alg: Alg;
  readonly envelope: Uint8Array;
  readonly hash: Uint8Array;
  /** The player's account key, or that of a password. */
  readonly signedBy: Uint8Array;
}

/** Throws BAD_ENCODING, TOO_LARGE, BAD_KEY, BAD_SIGNATURE, OFFER_CURRENCY or CEILING. */
export async function readApplication(
  envelope: Uint8Array,
  audience: Uint8Array,
  store: Pick<StoreReader, 'findPlayer' | 'passwords'>,
  nowMs: number,
): Promise<ReadApplication> {
  const { body } = readEnvelope(envelope);
  const application = decodeCardApplication(body);
  const player = await store.findPlayer(application.userId);
  if (player === undefined) throw new ProtocolError('BAD_KEY', 'CardApplication.userId: nobody is enrolled here by it');
  const signedBy = await instructingKey(store.passwords, { ...applicationOf(player), envelope }, nowMs);
  if (!equalBytes(application.audience, audience))
    throw new ProtocolError('BAD_KEY', "CardApplication.audience: not this server's key");
  const { alg } = readPublicKey(requireAdmissibleKey(application.publicKey));
  requirePossession(application);
  application.purses.forEach((purse) => requirePurse(purse, player));
  return { application, player, alg, envelope, hash: cardApplicationHash(body), signedBy };
}

/** An application, as what takes the password where one stands: a card brings the account's money within reach of other PINs. */
export const applicationOf = ({ userId, accountKey }: Pick<Player, 'userId' | 'accountKey'>) =>
  ({ type: 'card-application', userId, key: accountKey }) as const;

/** The key is in the card, or whoever asks could have a certificate made for somebody else's. */
function requirePossession({ publicKey, nonce, possession }: CardApplication): void {
  if (!nativeVerifySignature(publicKey, cardPossessionInput(nonce, spkiOf(publicKey)), possession))
    throw new ProtocolError('BAD_SIGNATURE', "CardApplication.possession: not by the card's key");
}

/** A purse is filled from the player's one account, or billed to it, so it has the account's currency. */
function requirePurse({ currency, plan }: CardApplication['purses'][number], player: Player): void {
  exponentOf(currency);
  if (currency !== player.currency)
    throw new ProtocolError('OFFER_CURRENCY', `CardApplication.purses: this account is in ${player.currency}`);
  if (plan === 'postpaid' && player.plan !== 'postpaid')
    throw new ProtocolError('CEILING', 'CardApplication.purses: a prepaid player has no ceiling');
}
