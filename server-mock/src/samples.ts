/** Enrols who the sandbox comes with, at the server's public doors: publishers that were certified, Ada and Grace. */
import { encodeEnrolment, sealEnvelope, type Enrolment } from '@coinslot/protocol';
import type { Clock, PaymentServer, Random } from '@coinslot/server';
import { createHash } from 'node:crypto';
import type { SamplePlayer } from './grounds/players.ts';
import type { CertifiedPublisher } from './grounds/publishers.ts';
import type { Operator } from './operator.ts';

/** Idempotent: the server knows who is enrolled with the same particulars, and takes a renewed chain. */
export async function enrolPublisher(operator: Operator, { id, name, chain }: CertifiedPublisher): Promise<void> {
  await operator.enrolPublisher({ chain, payoutCurrency: 'EUR', bank: { holder: name, iban: testIban(id) } });
}

const IBAN_DIGITS = 18;

/** A German account number that nobody has, with right check digits (ISO 13616: 98 less the remainder by 97). */
function testIban(id: string): string {
  const drawn = BigInt(`0x${createHash('sha256').update(`iban ${id}`).digest('hex')}`);
  const account = (drawn % 10n ** BigInt(IBAN_DIGITS)).toString().padStart(IBAN_DIGITS, '0');
  const germanyAndZeros = '131400';
  const check = (98n - (BigInt(account + germanyAndZeros) % 97n)).toString().padStart(2, '0');
  return `DE${check}${account}`;
}

export interface PlayerDoors {
  readonly url: string;
  readonly server: PaymentServer;
  readonly operator: Operator;
  readonly clock: Clock;
  readonly random: Random;
}

/** Enrols a sample player once, with money or a ceiling. A start that was cut short is made good by the next. */
export async function enrolPlayer(player: SamplePlayer, doors: PlayerDoors): Promise<void> {
  const { server, operator } = doors;
  const { userId, plan, moneyMinor, currency, name } = player;
  if ((await server.service.records.findPlayer(userId)) === undefined) await postEnrolment(player, doors);
  if (plan === 'postpaid') {
    const known = await server.service.records.findPlayer(userId);
    if (known?.ceilingMinor === 0n) await operator.setCeiling(userId, moneyMinor, currency);
  } else {
    const bankReference = `SANDBOX FIRST ${name.toUpperCase()}`;
    await operator.topUp({ userId, amountMinor: moneyMinor, currency, bankReference });
  }
}

const PRESS_PAYMENT_MAX_MINOR = 100n;
const PRESS_DAY_MAX_MINOR = 500n;
const NONCE_BYTES = 16;

async function postEnrolment(player: SamplePlayer, { url, server, clock, random }: PlayerDoors): Promise<void> {
  const enrolment: Enrolment = {
    accountKey: player.account.publicKey,
    pressKey: player.press.publicKey,
    pinKey: player.pin.publicKey,
    currency: player.currency,
    plan: player.plan,
    pressPaymentMaxMinor: PRESS_PAYMENT_MAX_MINOR,
    pressDayMaxMinor: PRESS_DAY_MAX_MINOR,
    timeMs: clock(),
    nonce: random(NONCE_BYTES),
    audience: server.identity.audience,
  };
  const body = sealEnvelope('enrolment', encodeEnrolment(enrolment), player.account, []);
  const headers = { 'content-type': 'application/msgpack' };
  const response = await fetch(`${url}/v1/enrolments`, { method: 'POST', headers, body: Uint8Array.from(body) });
  if (!response.ok) throw new Error(`${player.name} could not be enrolled: ${await response.text()}`);
}
