/** The honest loop: a boundary, an offer, consent, payment, decision, an open level. */
import {
  LIMITS,
  checkOffer,
  equalBytes,
  offerHash,
  decodeOffer,
  decodePaymentDecision,
  decodePaymentRequest,
  decodeQuote,
  decodeTerms,
  readEnvelope,
  type Offer,
} from '@coinslot/protocol';
import type { Parties } from '../town.ts';
import { countTransfers } from './books.ts';
import { sitDown } from './player.ts';
import type { Report } from './print.ts';

/** What an honest purchase leaves behind, for the forgeries to start from. */
export interface Bought {
  readonly offerBytes: Uint8Array;
  readonly offer: Offer;
  /** Message 3, approved. */
  readonly decision: Uint8Array;
}

const LIST_MAX = 500;

export async function proveLoop(
  report: Report,
  { sandbox, wallet, gameFolder }: Parties,
  origin: string,
): Promise<Bought> {
  const before = await countTransfers(sandbox);
  const player = sitDown({ gameFolder, walletPort: wallet.port, origin });
  const { coinslot } = player;
  await coinslot.ready;

  report.step('A player reaches the gate of level 3');
  report.check('level-3 is closed', !coinslot.can('level-3'));
  const result = await coinslot.require('level-3');
  const offerBytes = player.passed.find((one) => one.name === 'offer')?.bytes ?? new Uint8Array(0);
  const offer = decodeOffer(offerBytes);
  report.message('message 1, Offer, game to wallet', offerBytes, {
    ...offer,
    quote: 'below',
    terms: 'below',
    texts: 'one locale',
  });
  const quoteEnvelope = readEnvelope(offer.quote);
  report.message('its quote, signed by the publisher', offer.quote, decodeQuote(quoteEnvelope.body));
  report.message('its terms', offer.terms, decodeTerms(offer.terms));

  report.step('The wallet verifies it and says what is to be shown');
  const checked = checkOffer(offerBytes, { roots: sandbox.sandbox.roots, atMs: offer.offerTimeMs });
  report.check('canonical bytes, at most 64 KiB', offerBytes.length <= LIMITS.messageBytesMax);
  report.check(
    'chain to a pinned root, role publisher',
    checked.publisher.role === 'publisher',
    checked.publisher.subject.commonName,
  );
  report.check(
    'quote signed by that publisher, within the limits of the certificate',
    checked.quote.amountMinor === 20n,
  );
  report.check(
    'terms hash to the quote, texts hash to the terms',
    equalBytes(checked.quote.offerHash, offerHash(offer.terms)),
  );
  const shown = player.lastShown();
  report.check(
    'shown as computed by the wallet',
    shown?.total.text.includes('EUR') === true && shown.payee === 'Lumen Works',
    `${shown?.payee}: ${shown?.title}, ${shown?.total.text}, consent by ${shown?.consent}`,
  );

  report.step('The player accepts; the wallet asks the payment server');
  const [placed] = (await sandbox.server.service.records.listAllDecisions(0n, LIST_MAX)).slice(-1);
  if (placed === undefined) throw new Error('no decision was recorded');
  const request = decodePaymentRequest(readEnvelope(placed.requestBytes).body);
  report.message('message 2, PaymentRequest, wallet to server', placed.requestBytes, {
    ...request,
    quote: 'as in message 1',
  });
  report.check('the request names the nonce of message 1', Buffer.from(request.nonce).equals(offer.nonce));

  report.step('The server records, then signs; the plugin verifies');
  const decision = player.decisions[0] ?? new Uint8Array(0);
  const body = decodePaymentDecision(readEnvelope(decision).body);
  report.message('message 3, PaymentDecision, server to wallet to plugin', decision, body);
  const heard = player.passed.find((one) => one.name === 'decision');
  for (const { name, ok } of heard?.checks ?? []) report.check(`plugin: ${name}`, ok);
  report.check(
    'granted',
    result.status === 'granted' && result.reason === 'paid',
    `${result.status}, ${result.reason}`,
  );
  report.check('level-3 is open', coinslot.can('level-3'));
  report.check('exactly one debit', (await countTransfers(sandbox)) === before + 1);

  report.step('Asked again, and in another browser');
  const again = await coinslot.require('level-3');
  report.check(
    'an owned level opens without a dialog',
    again.status === 'granted' && again.reason === 'already-entitled',
  );
  const elsewhere = sitDown({ gameFolder, walletPort: wallet.port, origin });
  const restored = await elsewhere.coinslot.restore();
  report.check(
    'restore() hands it over again, signed by the player key',
    restored.status === 'restored' && elsewhere.coinslot.can('level-3'),
    restored.detail,
  );
  report.check('still one debit', (await countTransfers(sandbox)) === before + 1);
  coinslot.close();
  elsewhere.coinslot.close();
  return { offerBytes, offer, decision };
}
