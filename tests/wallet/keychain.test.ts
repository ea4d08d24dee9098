/** Where the machine's secret is kept: one contract for the keychain in memory and the system's, where one answers. */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { COST_FLOOR, createProfile, openProfile } from '@coinslot/wallet';
import { describe, expect, it } from 'vitest';
import {
  isKeptInKeychain,
  machineSecretAt,
  secretPathOf,
  systemKeychain,
  type Keychain,
} from '../../wallet/src/profile/machine-secret.ts';
import { doctor } from '../../wallet/src/terminal/offline-commands.ts';
import { TERMINAL_WORDS } from '../../wallet/src/words/terminal-words.ts';
import { NOON_MS } from '../lib/parties.ts';
import { PIN, random, temporaryFolder } from './world.ts';

function inMemory(): Keychain {
  const kept = new Map<string, Uint8Array>();
  return { read: (name) => kept.get(name)?.slice(), write: (name, secret) => void kept.set(name, secret.slice()) };
}

const broken: Keychain = {
  read: () => {
    throw new Error('locked');
  },
  write: () => {
    throw new Error('locked');
  },
};

/** A service name of its own, so that nothing of the player's is touched; `undefined` and why where none answers. */
function answering(): Keychain | string {
  const keychain = systemKeychain(`coinslot-test-${randomUUID()}`);
  if (keychain === undefined) return 'the optional package @napi-rs/keyring is not installed';
  try {
    keychain.read('probe');
    return keychain;
  } catch (fault) {
    return `the system's keychain does not answer: ${String(fault)}`;
  }
}

const system = answering();
const KEYCHAINS: readonly (readonly [string, Keychain | string])[] = [
  ['in memory', inMemory()],
  ['of the system', system],
];

describe.each(KEYCHAINS)('a keychain %s', (_, keychain) => {
  it('gives the secret back, and the file only says where it is', (context) => {
    if (typeof keychain === 'string') return context.skip(keychain);
    const path = join(temporaryFolder(), 'machine-secret');
    const secret = machineSecretAt(path, random, keychain);
    expect(secret).toHaveLength(32);
    expect(machineSecretAt(path, random, keychain)).toEqual(secret);
    expect(readFileSync(path, 'utf8')).toBe('in the keychain\n');
    // Killed between keychain and file: the same secret, not another one.
    rmSync(path);
    expect(machineSecretAt(path, random, keychain)).toEqual(secret);
    expect(keychain.read(`${path} of another`)).toBeUndefined();
  });
});

describe('the machine’s secret', () => {
  const setup = { pin: PIN, language: 'en', currency: 'EUR', plan: 'prepaid', cost: COST_FLOOR } as const;
  const placeOf = (path: string) => ({ path, clock: () => NOON_MS, random });

  it('is where the doctor says it is', async () => {
    const [kept, plain] = [join(temporaryFolder(), 'profile'), join(temporaryFolder(), 'profile')];
    (await createProfile({ ...placeOf(kept), keychain: inMemory(), ...setup })).close();
    (await createProfile({ ...placeOf(plain), ...setup })).close();
    const elsewhere = join(temporaryFolder(), 'none');
    expect([kept, plain].map((profile) => isKeptInKeychain(secretPathOf(profile, elsewhere)))).toEqual([true, false]);
    const told = async (profile: string): Promise<string> =>
      (await doctor({ profile, port: 9 }, { nowMs: NOON_MS, timeZone: 'UTC' }, elsewhere)).text;
    const { keychainUsed, keychainNotUsed } = TERMINAL_WORDS.en.doctor;
    expect(await told(kept)).toContain(keychainUsed);
    expect(await told(plain)).toContain(keychainNotUsed);
  });

  it('goes into the file where the keychain does not work, and stays there when it works later', () => {
    const path = join(temporaryFolder(), 'machine-secret');
    const secret = machineSecretAt(path, random, broken);
    expect(new Uint8Array(readFileSync(path))).toEqual(secret);
    expect(machineSecretAt(path, random, inMemory())).toEqual(secret);
    expect(machineSecretAt(path, random)).toEqual(secret);
  });

  it('in a keychain that is shut or empty is not replaced by another: the vault would never open again', async () => {
    const path = join(temporaryFolder(), 'profile');
    const keychain = inMemory();
    (await createProfile({ ...placeOf(path), keychain, ...setup })).close();
    for (const shut of [{ keychain: broken }, { keychain: inMemory() }, {}]) {
      expect(() => openProfile({ ...placeOf(path), ...shut })).toThrow(
        expect.objectContaining({ code: 'KEYCHAIN_SHUT' }) as Error,
      );
    }
    const profile = openProfile({ ...placeOf(path), keychain });
    await profile.vault.unlock(PIN);
    profile.close();
  });

  it('lost with its keychain is replaced by way of the recovery phrase', async () => {
    const path = join(temporaryFolder(), 'profile');
    const made = await createProfile({ ...placeOf(path), keychain: inMemory(), ...setup });
    const [phrase, keys] = [(await made.vault.phrase(PIN)).join(' '), made.vault.publicKeys];
    made.close();
    rmSync(join(path, 'machine-secret'));
    const profile = openProfile(placeOf(path));
    await expect(profile.vault.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_WRONG' });
    await profile.vault.resetPin(phrase, PIN);
    await profile.vault.unlock(PIN);
    expect(profile.vault.publicKeys).toEqual(keys);
    profile.close();
  });
});
