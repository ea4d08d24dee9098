import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { masterOf, phraseOf } from '../../wallet/src/vault/phrase.ts';
import { COST_FLOOR } from '../../wallet/src/vault/sealing.ts';
import { DELAYS_MS } from '../../wallet/src/vault/tries.ts';
import { Vault, type VaultOptions, type VaultSetup } from '../../wallet/src/vault/vault.ts';
import { NOON_MS, seedOf } from '../lib/parties.ts';
import { PIN, random, temporaryFolder } from './world.ts';

interface Made {
  vault: Vault;
  options: VaultOptions;
  time: { nowMs: number };
  phrase: string;
}

async function makeVault(setup: VaultSetup = {}): Promise<Made> {
  const folder = temporaryFolder();
  const time = { nowMs: NOON_MS };
  const options: VaultOptions = {
    path: join(folder, 'vault.json'),
    triesPath: join(folder, 'tries.json'),
    guardianTriesPath: join(folder, 'guardian-tries.json'),
    machineSecret: seedOf('machine'),
    clock: () => time.nowMs,
    random,
  };
  const vault = new Vault(options);
  const phrase = await vault.create(PIN, COST_FLOOR, setup);
  return { vault, options, time, phrase: phrase.join(' ') };
}

const failedTries = ({ options }: Made, path = options.triesPath): unknown =>
  (JSON.parse(readFileSync(path, 'utf8')) as { failed: unknown }).failed;

const wrong = async (trying: Promise<unknown>): Promise<void> => {
  await expect(trying).rejects.toMatchObject({ code: 'PIN_WRONG' });
};

const GUARDIAN_PIN = '86420';

describe('vault', () => {
  it('opens with its PIN only, and gives the same keys each time', async () => {
    const { vault, options } = await makeVault();
    const keys = vault.publicKeys;
    const again = new Vault(options);
    expect(again.day).toBeUndefined();
    await expect(again.unlock('2469')).rejects.toMatchObject({ code: 'PIN_WRONG' });
    expect(again.day).toBeUndefined();
    await again.unlock(PIN);
    expect(again.day?.press.publicKey).toEqual(keys.press);
    expect(again.day?.player('lumen-works').publicKey).toEqual(vault.day?.player('lumen-works').publicKey);
    expect(again.day?.player('other').publicKey).not.toEqual(vault.day?.player('lumen-works').publicKey);
    await again.withPinKeys(PIN, ({ signer }) => expect(signer.publicKey).toEqual(keys.pin));
  });

  it('is useless without the machine’s secret', async () => {
    const { options } = await makeVault();
    const elsewhere = new Vault({ ...options, machineSecret: seedOf('another machine') });
    await expect(elsewhere.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_WRONG' });
  });

  it('P14: counts a try on the disk before it compares', async () => {
    const made = await makeVault();
    const trying = made.vault.unlock('0000');
    await Promise.resolve();
    // The derivation is still running in its own thread: nothing has been compared.
    expect(failedTries(made)).toBe(1);
    await expect(trying).rejects.toMatchObject({ code: 'PIN_WRONG' });
    await made.vault.unlock(PIN);
    expect(failedTries(made)).toBe(0);
  });

  it('makes wrong PINs wait, longer each time, over restarts too', async () => {
    const made = await makeVault();
    for (let i = 0; i < 3; i++) await expect(made.vault.unlock('0000')).rejects.toMatchObject({ code: 'PIN_WRONG' });
    const retryAtMs = NOON_MS + (DELAYS_MS[3] ?? 0);
    await expect(made.vault.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_DELAYED', retryAtMs });
    const restarted = new Vault(made.options);
    await expect(restarted.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_DELAYED' });
    expect(failedTries(made)).toBe(3);
    made.time.nowMs = retryAtMs;
    await expect(restarted.unlock('0000')).rejects.toMatchObject({ code: 'PIN_WRONG' });
    made.time.nowMs += (DELAYS_MS[4] ?? 0) - 1;
    await expect(restarted.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_DELAYED' });
    made.time.nowMs += 1;
    await restarted.unlock(PIN);
  });

  it('holds an unreadable count for the highest', async () => {
    const made = await makeVault();
    writeFileSync(made.options.triesPath, '{"failed":"none"}', { mode: 0o600 });
    made.time.nowMs = 1000;
    await expect(new Vault(made.options).unlock(PIN)).rejects.toMatchObject({ code: 'PIN_DELAYED' });
  });

  it('P14: holds a count that is gone for the highest', async () => {
    const made = await makeVault();
    rmSync(made.options.triesPath);
    const restarted = new Vault(made.options);
    await expect(restarted.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_DELAYED' });
    made.time.nowMs += DELAYS_MS.at(-1) ?? 0;
    await restarted.unlock(PIN);
  });

  it('P14: a clock that is set back neither ends the wait nor makes it longer', async () => {
    const made = await makeVault();
    for (let i = 0; i < 4; i++) {
      await wrong(made.vault.unlock('0000'));
      made.time.nowMs += DELAYS_MS[i + 1] ?? 0;
    }
    made.time.nowMs -= 365 * 86_400_000;
    const waitMs = DELAYS_MS[4] ?? 0;
    const retryAtMs = made.time.nowMs + waitMs;
    await expect(made.vault.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_DELAYED', retryAtMs });
    made.time.nowMs += waitMs - 1;
    await expect(made.vault.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_DELAYED' });
    made.time.nowMs += 1;
    await made.vault.unlock(PIN);
  });

  it('changes its PIN, and keeps its keys', async () => {
    const { vault, options } = await makeVault();
    const keys = vault.publicKeys;
    await expect(vault.changePin('0000', '13579')).rejects.toMatchObject({ code: 'PIN_WRONG' });
    await vault.changePin(PIN, '13579');
    const again = new Vault(options);
    await expect(again.unlock(PIN)).rejects.toMatchObject({ code: 'PIN_WRONG' });
    await again.unlock('13579');
    expect(again.publicKeys).toEqual(keys);
  });

  it.each(['', '123', ' 1234', 'x'.repeat(65)])('does not take %j for a new PIN', async (pin) => {
    const { vault } = await makeVault();
    await expect(vault.changePin(PIN, pin)).rejects.toMatchObject({ code: 'PIN_FORM' });
  });

  it('refuses a file with a cheaper cost, and one that others can read', async () => {
    const { options } = await makeVault();
    const file = readFileSync(options.path, 'utf8');
    expect(statSync(options.path).mode & 0o777).toBe(0o600);
    for (const changed of [file.replace('"N": 32768', '"N": 1024'), file.replace('"version": 2', '"version": 1')]) {
      writeFileSync(options.path, changed);
      expect(() => new Vault(options)).toThrow(expect.objectContaining({ code: 'PROFILE_DAMAGED' }) as Error);
    }
    writeFileSync(options.path, file.replace('"N": 32768', '"N": 65536'));
    await wrong(new Vault(options).unlock(PIN));
    writeFileSync(options.path, file.replace('"guardian": false', '"guardian": true'));
    await wrong(new Vault(options).unlock(PIN));
  });
});

describe('recovery phrase', () => {
  it.each([
    [0x00, `${'abandon '.repeat(23)}art`],
    [
      0x7f,
      `${'legal winner thank year wave sausage worth useful '.repeat(2)}legal winner thank year wave sausage worth title`,
    ],
    [0xff, `${'zoo '.repeat(23)}vote`],
  ])('of 32 bytes %i is what BIP 39 says', (byte, words) => {
    const master = new Uint8Array(32).fill(byte);
    expect(phraseOf(master).join(' ')).toBe(words);
    expect(masterOf(words)).toEqual(master);
  });

  it('is taken with capitals, numbers and any space; a word too few, a strange word and a wrong order are named', async () => {
    const { phrase } = await makeVault();
    const words = phrase.split(' ');
    expect(words).toHaveLength(24);
    const typed = words.map((word, i) => `${i + 1}. ${word.toUpperCase()}`).join('\n');
    expect(phraseOf(masterOf(typed))).toEqual(words);
    const refused = (other: readonly string[]): unknown => {
      try {
        return masterOf(other.join(' '));
      } catch (fault) {
        return fault;
      }
    };
    expect(refused(words.slice(1))).toMatchObject({ code: 'PHRASE_WRONG', message: /23 words/ });
    expect(refused(words.with(4, 'lumenworks'))).toMatchObject({ code: 'PHRASE_WRONG', message: /word 5/ });
    expect(refused(words.with(23, words[23] === 'zoo' ? 'zone' : 'zoo'))).toMatchObject({ code: 'PHRASE_WRONG' });
  });

  it('comes with the PIN only, and makes the same keys elsewhere', async () => {
    const { vault, phrase } = await makeVault();
    await wrong(vault.phrase('0000'));
    expect((await vault.phrase(PIN)).join(' ')).toBe(phrase);
    const elsewhere = await makeVault({ master: masterOf(phrase) });
    expect(elsewhere.vault.publicKeys).toEqual(vault.publicKeys);
    expect(elsewhere.vault.day?.player('lumen-works').publicKey).toEqual(vault.day?.player('lumen-works').publicKey);
    expect(elsewhere.vault.day?.accountSecret).toEqual(vault.day?.accountSecret);
    expect(vault.day?.accountSecret).toHaveLength(16);
  });

  it('sets a new PIN for a forgotten one, ends the wait, and works with another machine’s secret', async () => {
    const made = await makeVault();
    const keys = made.vault.publicKeys;
    for (let i = 0; i < 3; i++) await wrong(made.vault.unlock('0000'));
    const stranger = await makeVault();
    await expect(made.vault.resetPin(stranger.phrase, '13579')).rejects.toMatchObject({ code: 'PHRASE_WRONG' });
    await expect(made.vault.resetPin(made.phrase, '1')).rejects.toMatchObject({ code: 'PIN_FORM' });
    const moved = { ...made.options, machineSecret: seedOf('another machine') };
    await new Vault(moved).resetPin(made.phrase, '13579');
    const again = new Vault(moved);
    await wrong(again.unlock(PIN));
    await again.unlock('13579');
    expect(again.publicKeys).toEqual(keys);
  });
});

describe('a child’s vault', () => {
  const makeGuarded = (): Promise<Made> => makeVault({ guardianPin: GUARDIAN_PIN });

  it('opens for the day with the child’s PIN, and for what takes the PIN with the guardian’s alone', async () => {
    const { options, time } = await makeGuarded();
    const vault = new Vault(options);
    expect(vault.hasGuardian).toBe(true);
    await vault.unlock(PIN);
    expect(vault.day?.press.publicKey).toEqual(vault.publicKeys.press);
    await wrong(vault.withPinKeys(PIN, () => undefined));
    await wrong(vault.provePin(PIN));
    await wrong(vault.phrase(PIN));
    vault.lock();
    time.nowMs += DELAYS_MS[3] ?? 0;
    await wrong(vault.unlock(GUARDIAN_PIN));
    await vault.withPinKeys(GUARDIAN_PIN, ({ signer }) => expect(signer.publicKey).toEqual(vault.publicKeys.pin));
    expect(vault.day?.account.publicKey).toEqual(vault.publicKeys.account);
  });

  it('counts tries of the two PINs apart', async () => {
    const made = await makeGuarded();
    const { vault, options, time } = made;
    for (let i = 0; i < 3; i++) await wrong(vault.provePin(PIN));
    expect(failedTries(made, options.guardianTriesPath)).toBe(3);
    expect(failedTries(made)).toBe(0);
    expect(vault.pinRetryAtMs).toBe(NOON_MS + (DELAYS_MS[3] ?? 0));
    expect(vault.retryAtMs).toBe(0);
    await new Vault(options).unlock(PIN);
    await expect(new Vault(options).provePin(GUARDIAN_PIN)).rejects.toMatchObject({ code: 'PIN_DELAYED' });
    rmSync(options.guardianTriesPath);
    time.nowMs += DELAYS_MS[3] ?? 0;
    await expect(new Vault(options).provePin(GUARDIAN_PIN)).rejects.toMatchObject({ code: 'PIN_DELAYED' });
  });

  it('changes each PIN by its own, and the child’s by the guardian’s', async () => {
    const { vault, options } = await makeGuarded();
    await vault.changePin(PIN, 'child two');
    await wrong(vault.changeGuardianPin(PIN, 'x'.repeat(8)));
    await vault.changeGuardianPin(GUARDIAN_PIN, 'guardian two');
    await wrong(vault.resetOwnPin('child two', '0000'));
    await vault.unlock('child two');
    await vault.resetOwnPin('guardian two', 'child three');
    const again = new Vault(options);
    await again.unlock('child three');
    await again.provePin('guardian two');
    expect(again.publicKeys).toEqual(vault.publicKeys);
  });

  it('is made of a profile that had one PIN, and becomes one again, by who may', async () => {
    const { vault, phrase } = await makeVault();
    await expect(vault.appointGuardian(PIN, PIN)).rejects.toMatchObject({ code: 'PIN_FORM' });
    await wrong(vault.appointGuardian('0000', GUARDIAN_PIN));
    await expect(vault.changeGuardianPin(PIN, '0000')).rejects.toMatchObject({ code: 'NOT_SET_UP' });
    await vault.appointGuardian(PIN, GUARDIAN_PIN);
    await wrong(vault.provePin(PIN));
    await vault.unlock(PIN);
    await expect(vault.appointGuardian(PIN, '0000')).rejects.toMatchObject({ code: 'ALREADY_SET_UP' });
    await wrong(vault.dismissGuardian(PIN, '0000'));
    await vault.dismissGuardian(GUARDIAN_PIN, '0000');
    await vault.provePin('0000');
    expect((await vault.phrase('0000')).join(' ')).toBe(phrase);
  });

  it('whose guardian forgot: the phrase sets the guardian’s PIN and leaves the child’s', async () => {
    const { vault, phrase, options } = await makeGuarded();
    for (let i = 0; i < 3; i++) await wrong(vault.provePin('0000'));
    await vault.resetPin(phrase, 'guardian two');
    const again = new Vault(options);
    await again.provePin('guardian two');
    await again.unlock(PIN);
  });
});
