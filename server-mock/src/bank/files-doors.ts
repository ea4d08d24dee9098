/** What can be done with the bank's files on its page. Each deed ends with the server taking what the bank says, by its own door. */
import { CURRENCIES, exponentOf } from '@coinslot/protocol';
import type { IncomingMessage } from 'node:http';
import type { Operator } from '../operator.ts';
import { readSmallBody, refused, type WebAnswer } from '../web/answers.ts';
import type { WebDoor } from '../web/listener.ts';
import { RETURN_REASONS } from './outcomes.ts';
import type { MockBank } from './types.ts';

export interface FilesDoorsOptions {
  readonly bank: MockBank;
  readonly operator: Pick<Operator, 'serveBank'>;
}

type Deed = (form: URLSearchParams, bank: MockBank) => string | undefined | Promise<string | undefined>;

const FORM_TYPE = 'application/x-www-form-urlencoded';
const USER_ID = /^[0-9a-f]{32}$/;
/** Of a currency with cents: what a stranger sends. */
const STRANGERS_MAJOR = 42n;
const STRANGER = { holder: 'A. Stranger', iban: 'FR1420041010050500013M02606', remittance: 'for the game, thank you' };

/** By path; what each gives back names what was done, and `undefined` is no form of this page. */
const DEEDS: Readonly<Record<string, Deed>> = {
  '/bank/files/settle': (_form, bank) => {
    bank.settle();
    return 'settled';
  },
  '/bank/files/return': (form, bank) => {
    const reason = RETURN_REASONS.find((one) => one === form.get('reason'));
    const notice = reason && bank.returnOrder(form.get('order') ?? '', reason);
    return notice && 'returned';
  },
  '/bank/files/stranger': (form, bank) => {
    const currency = CURRENCIES.find((one) => one === form.get('currency'));
    if (currency === undefined) return undefined;
    bank.receive({ ...STRANGER, currency, amountMinor: STRANGERS_MAJOR * 10n ** BigInt(exponentOf(currency)) });
    return 'stranger';
  },
  '/bank/files/again': (_form, bank) => bank.repeatNewest() && 'again',
};

export const filesDoors = (options: FilesDoorsOptions): readonly WebDoor[] =>
  Object.entries(DEEDS).map(([path, deed]) => ({
    method: 'POST',
    path,
    open: (request) => act(request, deed, options),
  }));

async function act(request: IncomingMessage, deed: Deed, { bank, operator }: FilesDoorsOptions): Promise<WebAnswer> {
  if (request.headers['content-type'] !== FORM_TYPE) return refused(415, `expected ${FORM_TYPE}`);
  const form = new URLSearchParams(await readSmallBody(request));
  const done = await deed(form, bank);
  if (done === undefined) return refused(400, 'not a form of this bank');
  await operator.serveBank();
  const user = form.get('user') ?? '';
  const query = USER_ID.test(user) ? `user=${user}&done=${done}` : `done=${done}`;
  return { status: 303, headers: { location: `/bank?${query}#files` } };
}
