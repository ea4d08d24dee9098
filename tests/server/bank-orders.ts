/** Orders and files for the tests of bank files, the same in every run. */
import type { BankFileKind, BankOrder, NewBankFile, OwnBank } from '@coinslot/server';
import { validateXML } from 'xmllint-wasm';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const OWN: OwnBank = {
  name: 'Coinslot Betriebs GmbH & Co. KG',
  iban: 'DE89370400440532013000',
  bic: 'COBADEFFXXX',
  creditorId: 'DE98ZZZ09999999999',
};

export const order = (number: number, change: Partial<BankOrder> = {}): BankOrder => ({
  endToEndId: `P202611-${number.toString(16).padStart(20, '0')}`,
  amountMinor: 1_234n,
  holder: 'Zoë Müller-Łukasiewicz',
  iban: 'FR1420041010050500013M02606',
  bic: 'PSSTFRPPPAR',
  remittance: 'Coinslot 2026-11, payout P-202611-paper-moon',
  mandate: undefined,
  token: undefined,
  ...change,
});

export const file = (kind: BankFileKind, change: Partial<NewBankFile> = {}): NewBankFile => ({
  messageId: `CS-${kind === 'pain.001' ? 'P' : kind === 'pain.008' ? 'C' : 'A'}-202611-EUR-1`,
  kind,
  period: 202611,
  currency: 'EUR',
  own: OWN,
  createdAtMs: Date.UTC(2026, 11, 1),
  executionDateMs: Date.UTC(2026, 11, 3),
  orders: [order(1), order(2)],
  ...change,
});

const FOLDER = process.env['COINSLOT_SCHEMAS'] ?? resolve(import.meta.dirname, '../../../shared/schemas');
export const SCHEMAS_ARE_HERE = existsSync(join(FOLDER, 'pain.001.001.09.xsd'));
if (!SCHEMAS_ARE_HERE)
  console.warn(`ISO 20022 schemas are not in ${FOLDER}: tests against them are skipped (set COINSLOT_SCHEMAS)`);

/** What libxml2 finds wrong with a document under one of the published schemas; nothing when it is valid. */
export async function schemaFindings(xml: Uint8Array, schema: string): Promise<readonly string[]> {
  const { valid, errors } = await validateXML({
    xml: [{ fileName: 'file.xml', contents: new TextDecoder().decode(xml) }],
    schema: [readFileSync(join(FOLDER, `${schema}.xsd`), 'utf8')],
    initialMemoryPages: 1_024,
    maxMemoryPages: 8_192,
  });
  return valid ? [] : errors.map(({ message }) => message);
}
