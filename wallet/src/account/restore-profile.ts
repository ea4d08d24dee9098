/**
 * A wallet again on another machine, from its recovery phrase alone: the same keys, so the same account and the same pseudonyms,
 * and from the payment server every decision. The server's limits for a press come back; the player's own limits, pairings,
 * cards, receipts' texts and what was consumed stay with the machine that was lost.
 */
import { encodeAccountRequest, ProtocolError, sealEnvelope, userIdOf, type AccountStatement } from '@coinslot/protocol';
import { nativeVerifySignature } from '@coinslot/protocol/node';
import { WalletError } from '../errors.ts';
import type { JournalRecord, WalletSpendingLimits } from '../journal/records.ts';
import { HttpDoor } from '../means/http-door.ts';
import { silentLog, type Log } from '../ports.ts';
import { presetWalletLimits } from '../profile/presets.ts';
import { openProfile, type Profile, type ProfileOptions } from '../profile/profile.ts';
import type { Plan } from '../profile/settings.ts';
import { dayKeys, daySecretsOf } from '../vault/keys.ts';
import { masterOf } from '../vault/phrase.ts';
import type { ScryptCost } from '../vault/sealing.ts';
import type { Language } from '../words/languages.ts';
import { Account } from './account.ts';
import { askAccount, type Answered } from './account-door.ts';
import { Rates } from './rates.ts';
import { RecoveryDesk } from './recovery-desk.ts';
import type { Environment, Trust } from './server-envelope.ts';

/** What the player says. */
export interface RestoreWish {
  /** 24 words, as they were typed. */
  phrase: string;
  newPin: string;
  /** Makes it a child's profile; whoever has the phrase decides. */
  guardianPin?: string;
  language: Language;
  /** For a wallet that never opened an account: what the server does not know. Default EUR, prepaid. */
  currency?: string;
  plan?: Plan;
  /** In place of a cost measured on this machine. */
  cost?: ScryptCost;
}

export interface RestoreOptions extends ProfileOptions, RestoreWish {
  /** Of the payment server. */
  serverUrl: string;
  /** Pinned roots, DER. */
  roots: readonly Uint8Array[];
  environment: Environment;
  log?: Log;
}

export interface RestoredProfile {
  /** Open, its vault unlocked. */
  readonly profile: Profile;
  /** False when the server knows nobody by these keys: the wallet is as new. */
  readonly hasAccount: boolean;
  /** Purchases that came back. */
  readonly recovered: number;
  /** False when the server stopped answering half-way: the wallet goes on by itself whenever it is open. */
  readonly isComplete: boolean;
}

/**
 * Throws PHRASE_WRONG, PIN_FORM, ALREADY_SET_UP for a profile that has a wallet, and SERVER_UNREACHABLE, with nothing written but
 * an empty profile. Killed at any step it can be called again with the same phrase.
 */
export async function restoreProfile(options: RestoreOptions): Promise<RestoredProfile> {
  // Wrong words are told before a folder is made.
  masterOf(options.phrase).fill(0);
  const profile = openProfile(options);
  const door = new HttpDoor(options.serverUrl);
  try {
    const { log = silentLog, roots, environment } = options;
    const trust: Trust = { roots, environment, verify: nativeVerifySignature, crls: [], learn: () => undefined };
    const rates = new Rates({ folder: profile.path, door, trust, clock: profile.clock, log });
    const hasAccount = await restoreKeys({ profile, door, rates, trust }, options);
    const account = new Account({ profile, door, rates, trust, log });
    await new RecoveryDesk({ profile, account, trust, log }).check();
    const { all, isUnderWay } = profile.state.recovered;
    return { profile, hasAccount, recovered: all.length, isComplete: !isUnderWay };
  } catch (cause) {
    profile.close();
    throw cause;
  } finally {
    door.close();
  }
}

/**
 * Keys, settings and account into an open profile that has none, its vault unlocked afterwards; what was bought is still to be asked
 * for. False when the server knows nobody by these keys. Throws as `restoreProfile` does.
 */
export async function restoreKeys(place: RestorePlace, wish: RestoreWish): Promise<boolean> {
  const { profile } = place;
  if (profile.isSetUp) throw new WalletError('ALREADY_SET_UP', `${profile.path}: has a wallet already`);
  const master = masterOf(wish.phrase);
  try {
    const found = await findAccount(master, place);
    await setUpAgain(profile, master, wish, found);
    return found !== undefined;
  } finally {
    master.fill(0);
  }
}

export interface RestorePlace {
  readonly profile: Profile;
  readonly door: HttpDoor;
  readonly rates: Rates;
  readonly trust: Trust;
}

/** The account's signed statement; `undefined` when the server knows nobody by these keys. Throws SERVER_UNREACHABLE. */
async function findAccount(
  master: Uint8Array,
  { profile, door, rates, trust }: RestorePlace,
): Promise<Answered | undefined> {
  const { account } = dayKeys(daySecretsOf(master));
  const { audience } = await rates.current().catch((cause: unknown) => {
    throw new WalletError('SERVER_UNREACHABLE', 'the payment server does not answer', { cause });
  });
  const nowMs = profile.clock();
  const body = encodeAccountRequest({
    userId: userIdOf(account.publicKey),
    ask: 'status',
    pressPaymentMaxMinor: 0n,
    pressDayMaxMinor: 0n,
    after: 0n,
    passwordKey: undefined,
    timeMs: nowMs,
    nonce: profile.random(16),
    audience,
  });
  try {
    return await askAccount(door, 'account-request', sealEnvelope('account-request', body, account, []), nowMs, trust);
  } catch (fault) {
    if (fault instanceof ProtocolError && fault.code === 'BAD_KEY') return undefined;
    throw fault;
  }
}

/** Keys, settings and the first records, the account's among them: all of these or none are in the journal. */
async function setUpAgain(
  profile: Profile,
  master: Uint8Array,
  wish: RestoreWish,
  found: Answered | undefined,
): Promise<void> {
  const { phrase, newPin, guardianPin, language, cost } = wish;
  if (profile.vault.isSetUp) await forgetPin(profile, phrase, newPin, guardianPin);
  const currency = found?.statement.currency ?? wish.currency ?? 'EUR';
  const plan = found?.statement.plan ?? wish.plan ?? 'prepaid';
  const atMs = profile.clock();
  const first: JournalRecord[] = [{ kind: 'phrase-kept', atMs }];
  if (found !== undefined)
    first.push({ kind: 'enrolled', atMs, statement: found.envelope }, { kind: 'recovering', atMs, on: true });
  await profile.setUp({
    pin: newPin,
    language,
    currency,
    plan,
    master,
    first,
    ...(guardianPin !== undefined && { guardianPin }),
    ...(cost !== undefined && { cost }),
    ...(found !== undefined && { limits: pressLimitsOf(found.statement) }),
  });
}

/** A restoring that was killed before its journal has left a vault, perhaps under other PINs. */
async function forgetPin({ vault }: Profile, phrase: string, pin: string, guardianPin?: string): Promise<void> {
  if (guardianPin === undefined) {
    await vault.resetPin(phrase, pin);
    if (vault.hasGuardian) await vault.dismissGuardian(pin, pin);
    return;
  }
  await vault.resetPin(phrase, guardianPin);
  if (vault.hasGuardian) await vault.resetOwnPin(guardianPin, pin);
  else {
    await vault.changePin(guardianPin, pin);
    await vault.appointGuardian(pin, guardianPin);
  }
}

/** The server lets a press spend what was granted on the other machine; here it starts no higher than anywhere. */
function pressLimitsOf(statement: AccountStatement): Partial<WalletSpendingLimits> {
  const preset = presetWalletLimits(statement.currency);
  const lower = (a: bigint, b: bigint): bigint => (a < b ? a : b);
  return {
    pressPaymentMaxMinor: lower(preset.pressPaymentMaxMinor, statement.pressPaymentMaxMinor),
    pressDayMaxMinor: lower(preset.pressDayMaxMinor, statement.pressDayMaxMinor),
  };
}
