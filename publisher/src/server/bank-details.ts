/**
 * `coinslot bank-details`: where payouts go, signed by the publisher. What was signed is kept in the studio's folder before it is
 * sent, so that the same details are sent again as they are, and others get the next number.
 */
import {
  decodeBankDetails,
  encodeBankDetails,
  equalBytes,
  readEnvelope,
  sealEnvelope,
  type BankDetails,
} from '@coinslot/protocol';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { audienceOf } from '../refunds/order.ts';
import { readBytesIfThere, replaceFile } from '../studio/files.ts';
import { readKey, signerOf } from '../studio/keys.ts';
import { asFaults, askServer, type Hints } from './ask.ts';
import { readStudioChain, type SignedMessageInput } from './sign-in.ts';

export interface BankDetailsInput extends SignedMessageInput {
  /** Where the last signed ones are kept. */
  readonly folder: string;
  readonly details: Pick<BankDetails, 'holder' | 'iban' | 'bic' | 'payoutCurrency'>;
  /** In place of the one after those that are kept. */
  readonly number?: number | undefined;
}

const FILE = 'bank-details.signed';
const HINTS: Hints = {
  byCode: {
    CONSENT_STALE: 'the server has newer ones; say --number with a higher one',
    ID_CONFLICT: 'the server has others under this number; say --number with a higher one',
    BAD_KEY: 'this publisher has no account at this server: its operator opens one',
    CLOCK_SKEW: "set this machine's clock",
  },
  unanswered: 'nothing is known to have changed; run it again, the same details count once',
};

/** The number that the server has them under. Throws FaultsError for files and for whatever the server answers, with its code. */
export async function sendBankDetails(input: BankDetailsInput): Promise<number> {
  const { files, folder, serverUrl, nowMs } = input;
  const { roots, chain, publisherId } = readStudioChain(files);
  return asFaults(serverUrl, HINTS, async () => {
    const audience = audienceOf(await askServer(input, 'GET', '/v1/rates'), { roots, nowMs });
    mkdirSync(folder, { recursive: true });
    const file = join(folder, FILE);
    const kept = readBytesIfThere(file);
    const last = kept && decodeBankDetails(readEnvelope(kept).body);
    const number = input.number ?? numberAfter(last, input.details, audience);
    const wanted: BankDetails = { publisherId, number, ...input.details, timeMs: nowMs, audience };
    if (kept !== undefined && last !== undefined && isSame(last, wanted)) {
      await askServer(input, 'POST', '/v1/bank-details', kept);
      return number;
    }
    const envelope = sealEnvelope('bank-details', encodeBankDetails(wanted), signerOf(readKey(files.key)), chain);
    replaceFile(file, envelope);
    await askServer(input, 'POST', '/v1/bank-details', envelope);
    return number;
  });
}

/** The same details for the same server keep their number. */
function numberAfter(
  last: BankDetails | undefined,
  details: BankDetailsInput['details'],
  audience: Uint8Array,
): number {
  if (last === undefined) return 1;
  return isSame(last, { ...last, ...details, audience }) ? last.number : last.number + 1;
}

const isSame = (a: BankDetails, b: BankDetails): boolean =>
  a.number === b.number &&
  a.holder === b.holder &&
  a.iban === b.iban &&
  a.bic === b.bic &&
  a.payoutCurrency === b.payoutCurrency &&
  equalBytes(a.audience, b.audience);
