import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COST_FLOOR } from '../../wallet/src/vault/sealing.ts';
import { DELAYS_MS } from '../../wallet/src/vault/tries.ts';
import { Vault, type VaultOptions } from '../../wallet/src/vault/vault.ts';
import { NOON_MS, seedOf } from '../lib/parties.ts';
import { PIN, random, temporaryFolder } from './world.ts';

interface Made {
  vault: Vault;
  options: VaultOptions;
  time: { nowMs: number };
}

async function makeVault(): Promise<Made> {
  const folder = temporaryFolder();
  const time = { nowMs: NOON_MS };
  const options: VaultOptions = {
    path: join(folder, 'vault.json'),
    triesPath: join(folder, 'tries.json'),
    machineSecret: seedOf('machine'),
    clock: () => time.nowMs,
    random,
  };
  const vault = new Vault(options);
  await vault.create(PIN, COST_FLOOR);
  return { vault, options, time };
}

const failedTries = ({ options }: Made): unknown =>
  (JSON.parse(readFileSync(options.triesPath, 'utf8')) as { failed: unknown }).failed;

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

  it('counts a try on the disk before it compares', async () => {
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
    writeFileSync(options.path, file.replace('"N": 32768', '"N": 1024'));
    expect(() => new Vault(options)).toThrow(expect.objectContaining({ code: 'PROFILE_DAMAGED' }) as Error);
    writeFileSync(options.path, file.replace('"N": 32768', '"N": 65536'));
    await expect(new Vault(options).unlock(PIN)).rejects.toMatchObject({ code: 'PIN_WRONG' });
  });
});
