/**
 * Making a keyed card a purse. It is done once and for good, and of what is sent only certificate, parameters and rates are
 * signed: so the chain is verified before it goes in, and what the card then has is read back and tried out.
 */
import {
  equalBytes,
  ProtocolError,
  readCertificate,
  readEnvelope,
  sealEnvelope,
  type CardIssue,
} from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { DATA_OBJECTS } from '../applet/commands.ts';
import { encodeIssuerObjects } from '../applet/issuing.ts';
import type { CardFile } from '../applet/selection.ts';
import { SW } from '../applet/status-words.ts';
import type { Channel } from './channel.ts';
import { malformed } from './errors.ts';
import { readChain, readObject } from './facts.ts';
import { pinBlock, unblockBlock } from './pin-block.ts';

export interface CardSecrets {
  /** 4 to 8 digits. */
  readonly pin: string;
  /** 8 digits. */
  readonly unblockCode: string;
}

/**
 * Taken up again after a tear, it finds what is done. Throws BAD_SIGNATURE for an issue whose chain does not hold, which then
 * is not sent, and CARD_STATE for a card that has become another than was meant: it cannot be mended.
 */
export async function personaliseOver(
  channel: Channel,
  file: CardFile,
  issue: CardIssue,
  { pin, unblockCode }: CardSecrets,
): Promise<void> {
  const { cardId, userId, issuerKey, chain } = issue;
  const secrets = { pin: pinBlock(pin), unblockCode: unblockBlock(unblockCode) };
  requireSignedByNext(chain);
  if (file.cardId === undefined || !equalBytes(file.cardId, cardId)) {
    const { parameters, rates } = issue;
    const objects = { cardId, userId, issuerKey, chain };
    const signed = { parameters: withoutChain(parameters), rates: withoutChain(rates) };
    await channel.ask('PERSONALISE', { data: encodeIssuerObjects({ ...secrets, ...objects, ...signed }) });
  }
  await requireGiven(channel, issue);
  // Proves the code, and sets the PIN to what the player has chosen, whatever the card was given before.
  const { statusWord } = await channel.send('RESET_RETRY_COUNTER', {
    data: Uint8Array.from([...secrets.unblockCode, ...secrets.pin]),
  });
  if (statusWord !== SW.OK) throw malformed('PERSONALISE', 'the card has another unblock code than it was given');
}

/** Whether the last one leads to a root is for those who have roots; that each is signed by the next is to be seen here. */
function requireSignedByNext(chain: readonly Uint8Array[]): void {
  const certificates = chain.map((der) => readCertificate(der));
  certificates.forEach((own, i) => {
    const issuer = certificates[i + 1];
    if (issuer === undefined) return;
    const isNamed = equalBytes(own.issuerDer, issuer.subjectDer);
    if (!isNamed || !nativeVerifySignature(issuer.spki, own.signedBytes, own.signature))
      throw new ProtocolError('BAD_SIGNATURE', `CardIssue.chain: certificate ${i} is not signed by the next`);
  });
}

async function requireGiven(channel: Channel, { userId, issuerKey, chain }: CardIssue): Promise<void> {
  const has = [
    await readObject(channel, DATA_OBJECTS.USER_ID),
    await readObject(channel, DATA_OBJECTS.ISSUER_KEY),
    ...(await readChain(channel)),
  ];
  const given = [userId, issuerKey, ...chain];
  const isSame =
    has.length === given.length && given.every((bytes, i) => equalBytes(bytes, has[i] ?? new Uint8Array()));
  if (!isSame) throw malformed('PERSONALISE', 'the card has other objects than it was given');
}

/** A card looks at no chain, and its memory is dear. */
export function withoutChain(envelope: Uint8Array): Uint8Array {
  const { typeName, body, signature } = readEnvelope(envelope);
  return sealEnvelope(typeName, body, { sign: () => signature }, []);
}
