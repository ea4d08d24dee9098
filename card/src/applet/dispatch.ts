/** From a command's header to what carries it out. */
import type { Command } from './apdu.ts';
import type { Card } from './card.ts';
import { COMMANDS, type CommandName, type Header } from './commands.ts';
import { putContentKeys } from './content-keys.ts';
import { generateKeyPair, personalise, provePossession, putParameters, putRates } from './issuing.ts';
import { changePin, resetRetryCounter, verifyPin } from './pin.ts';
import { debitForPurchase, getTransactionProof, initializeForPurchase } from './purchase.ts';
import { appendRecord, getBalance, getChallenge, getData, readRecord } from './reading.ts';
import { creditForLoad, initializeForLoad, internalAuthenticate } from './recharge.ts';
import { select } from './selection.ts';
import { Refused, SW } from './status-words.ts';

/** Carries a command out and gives the data of its answer; throws Refused for any status word but 9000. */
export type Execute = (card: Card, command: Command) => Uint8Array | Promise<Uint8Array>;

/** GET RESPONSE is the transport's and never comes here. */
const EXECUTE: Record<Exclude<CommandName, 'GET_RESPONSE'>, Execute> = {
  SELECT: select,
  VERIFY: verifyPin,
  CHANGE_REFERENCE_DATA: changePin,
  RESET_RETRY_COUNTER: resetRetryCounter,
  GENERATE_KEY_PAIR: generateKeyPair,
  GET_CHALLENGE: getChallenge,
  INTERNAL_AUTHENTICATE: internalAuthenticate,
  READ_RECORD: readRecord,
  GET_DATA: getData,
  APPEND_RECORD: appendRecord,
  INITIALIZE_FOR_PURCHASE: initializeForPurchase,
  INITIALIZE_FOR_LOAD: initializeForLoad,
  CREDIT_FOR_LOAD: creditForLoad,
  DEBIT_FOR_PURCHASE: debitForPurchase,
  GET_TRANSACTION_PROOF: getTransactionProof,
  GET_BALANCE: getBalance,
  PROVE_POSSESSION: provePossession,
  PERSONALISE: personalise,
  PUT_PARAMETERS: putParameters,
  PUT_RATES: putRates,
  PUT_CONTENT_KEYS: putContentKeys,
};
const NAMES = Object.keys(EXECUTE) as (keyof typeof EXECUTE)[];

/** The command of a header. Throws Refused 6E00, 6D00 or 6A86. */
export function commandNamed({ cla, ins, p1, p2 }: Command): { name: CommandName; execute: Execute } {
  const ofInstruction = NAMES.filter((name) => COMMANDS[name].cla === cla && COMMANDS[name].ins === ins);
  if (ofInstruction.length === 0) throw new Refused(SW.INSTRUCTION, 'no such instruction');
  const name = ofInstruction.find((one) => {
    const header: Header = COMMANDS[one];
    return (header.p1 ?? p1) === p1 && (header.p2 ?? p2) === p2;
  });
  if (name === undefined) throw new Refused(SW.WRONG_P1P2, 'P1 or P2');
  return { name, execute: EXECUTE[name] };
}

/** These may come in parts, because they carry an issuer's signed objects. */
export const CHAINABLE: readonly CommandName[] = [
  'CREDIT_FOR_LOAD',
  'PERSONALISE',
  'PUT_PARAMETERS',
  'PUT_RATES',
  'PUT_CONTENT_KEYS',
];
