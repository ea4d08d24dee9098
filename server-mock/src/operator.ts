/** The operator of the sandbox, at the server's own doors: what the console and the bank do is done as anybody would do it. */
import { CODES, ProtocolError, type CodeName } from '@coinslot/protocol';

/** An incoming payment at the test bank. Amounts in minor units of the player's currency. */
export interface BankPayment {
  readonly userId: Uint8Array;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** The bank's name for it; the same again changes nothing. */
  readonly bankReference: string;
}

export interface PublisherAccount {
  readonly chain: readonly Uint8Array[];
  readonly payoutCurrency: string;
  readonly bank: { readonly holder: string; readonly iban: string };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Each call throws ProtocolError with the code that the server answered. */
export class Operator {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async enrolPublisher({ chain, ...account }: PublisherAccount): Promise<void> {
    await this.#post('publishers', { ...account, chain: chain.map((one) => Buffer.from(one).toString('base64')) });
  }

  async topUp({ userId, amountMinor, ...payment }: BankPayment): Promise<void> {
    await this.#post('topups', { ...payment, userId: hex(userId), amountMinor: amountMinor.toString() });
  }

  async setCeiling(userId: Uint8Array, ceilingMinor: bigint, currency: string): Promise<void> {
    await this.#post('ceilings', { userId: hex(userId), ceilingMinor: ceilingMinor.toString(), currency });
  }

  async blockCard(cardIdHex: string, reason: string): Promise<void> {
    await this.#post('cards/block', { cardId: cardIdHex, reason });
  }

  /** Undoes a payment; asked again it changes nothing. */
  async refund(decisionIdHex: string): Promise<void> {
    await this.#post('refunds', { decisionId: decisionIdHex });
  }

  /** Hands over what the bank does not have yet, and takes what it says. */
  async serveBank(): Promise<void> {
    await this.#post('bank', {});
  }

  async #post(door: string, body: object): Promise<void> {
    const response = await fetch(`${this.#url}/v1/operator/${door}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw refusalOf(answer, response.status);
  }
}

function refusalOf(answer: unknown, status: number): Error {
  const { code, message } = (answer ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || !(code in CODES)) return new Error(`the operator's door answered ${status}`);
  return new ProtocolError(code as CodeName, String(message));
}
