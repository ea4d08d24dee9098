/**
 * The software card: the applet over the dispersed store, on the real disk. What a copied folder gets its owner (P5, P6),
 * what the ceiling bounds (I11, P10), and that everything else is the card that it is in a reader.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ALG, equalBytes, ProtocolError } from '@coinslot/protocol';
import type { CardEntry, CardPayment, DispersedStore } from '@coinslot/card';
import { CardRig, freely, PIN, type CardOptions } from './applet-parties.ts';
import { temporaryFolder } from './softcard-folder.ts';
import { PLACES, storeIn } from './softcard-parts.ts';
import { VolatileDisk } from './volatile-disk.ts';

const LOADED_MINOR = 300n;
const CEILING_MINOR = 1_000n;

/** A software card with money in its prepaid purse; its postpaid one has a ceiling of 10.00. */
async function softCard(root: string, options: CardOptions = {}): Promise<CardRig> {
  await storeIn(root).create();
  return CardRig.loaded(LOADED_MINOR, { store: storeIn(root), parameters: freely, ...options });
}

/** The same card after a restart of the wallet, from the files in `root`. */
async function reopened(rig: CardRig, root: string): Promise<CardRig> {
  await rig.restart(storeIn(root));
  return rig;
}

/** What a payment came to: its outcome, or the code of the refusal. */
async function outcomeOf(work: () => Promise<CardPayment>): Promise<string> {
  try {
    const { decision } = await work();
    return decision.outcome === 'approved' ? 'approved' : decision.code;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

const balanceOf = async (rig: CardRig) => (await rig.use((terminal) => terminal.info())).purses[0]?.balanceMinor;

describe.each([
  ['Ed25519', ALG.ed25519],
  ['P-256', ALG.p256],
] as const)('a software card of %s', (_name, alg) => {
  test('pays, is restarted, and gives the same decision to the same request', async () => {
    const root = temporaryFolder();
    const rig = await softCard(root, { alg });
    const first = await rig.pay('once');
    await reopened(rig, root);
    const again = await rig.pay('once');
    expect(first.decision.outcome).toBe('approved');
    expect(equalBytes(first.envelope, again.envelope)).toBe(true);
    expect(await balanceOf(rig)).toBe(LOADED_MINOR - 20n);
  });

  test('P7: with a place gone it pays on, and the place is there again', async () => {
    const root = temporaryFolder();
    const rig = await softCard(root, { alg });
    rmSync(join(root, PLACES[1] ?? ''), { recursive: true });
    await reopened(rig, root);
    expect(await outcomeOf(() => rig.pay('after the loss'))).toBe('approved');
    expect((await storeIn(root).inspect()).map(({ finding }) => finding)).toEqual(['whole', 'whole', 'whole']);
  });
});

describe('a copied software card', () => {
  test('P5: put back without its anchors it is refused, and nothing is charged', async () => {
    const [root, copy] = [temporaryFolder(), temporaryFolder()];
    const rig = await softCard(root);
    cpSync(root, copy, { recursive: true });
    await rig.pay('spent');
    for (const part of ['profile/cards', 'outside']) cpSync(join(copy, part), join(root, part), { recursive: true });
    await reopened(rig, root);
    expect(await outcomeOf(() => rig.pay('again'))).toBe('CARD_FORK');
  });

  test('P7: with two places gone it is refused, and is not a new purse', async () => {
    const root = temporaryFolder();
    const rig = await softCard(root);
    for (const place of PLACES.slice(1)) rmSync(join(root, place), { recursive: true });
    await reopened(rig, root);
    expect(await outcomeOf(() => rig.pay('none'))).toBe('CARD_STATE');
  });

  test('P6: two copies that both spend meet at one counter with two heads: what an upload shows', async () => {
    const [root, copy] = [temporaryFolder(), temporaryFolder()];
    const rig = await softCard(root);
    const common = await rig.pay('before the copy');
    cpSync(root, copy, { recursive: true });
    const branches: CardEntry[][] = [];
    for (const folder of [root, copy]) {
      await reopened(rig, folder);
      expect(await outcomeOf(() => rig.pay(`in ${folder}`)), 'files cannot prevent it').toBe('approved');
      branches.push([...(await rig.use((terminal) => terminal.records()))]);
    }
    const [one, other] = branches;
    expect(one?.[0]?.head).toEqual(common.head);
    expect(other?.[0]?.head).toEqual(common.head);
    expect(one?.[1]?.fields.counter).toBe(other?.[1]?.fields.counter);
    expect(one?.[1]?.head).not.toEqual(other?.[1]?.head);
    expect(one?.[1]?.fields.previous).toEqual(other?.[1]?.fields.previous);
  });

  test('P6: what was uploaded by one branch is never cleared in the other', async () => {
    const [root, copy] = [temporaryFolder(), temporaryFolder()];
    const rig = await softCard(root);
    cpSync(root, copy, { recursive: true });
    await rig.pay('first branch');
    const acknowledgement = await rig.acknowledgement({ credits: [{ purse: 'eur', amountMinor: 100n }] });
    await rig.use((terminal) => terminal.credit(acknowledgement));
    await reopened(rig, copy);
    await rig.pay('second branch');
    const challenge = rig.use((terminal) => terminal.challenge());
    await expect(challenge).resolves.toBeDefined();
    await expect(rig.use((terminal) => terminal.credit(acknowledgement))).rejects.toThrow(ProtocolError);
    expect(await balanceOf(rig)).toBe(LOADED_MINOR - 20n);
  });

  test('I11: each copy loses its issuer no more than ceiling and balance', async () => {
    const root = temporaryFolder();
    const rig = await softCard(root);
    const copies = [temporaryFolder(), temporaryFolder()];
    for (const copy of copies) cpSync(root, copy, { recursive: true });
    for (const copy of copies) {
      await reopened(rig, copy);
      const spent = { EUR: 0n, USD: 0n };
      for (let i = 0; i < 14; i++) {
        for (const currency of ['EUR', 'USD'] as const) {
          const outcome = await outcomeOf(() => rig.pay(`${copy} ${currency} ${i}`, { currency, amountMinor: 90n }));
          if (outcome === 'approved') spent[currency] += 90n;
        }
      }
      expect(spent.EUR).toBe(270n);
      expect(spent.USD).toBe(990n);
      expect(spent.EUR).toBeLessThanOrEqual(LOADED_MINOR);
      expect(spent.USD).toBeLessThanOrEqual(CEILING_MINOR);
    }
  });
});

describe('one software card, used by many at once', () => {
  test('P10: of 50 debits at the ceiling as many pass as it has room for, and the rest are CEILING', async () => {
    const root = temporaryFolder();
    const rig = await softCard(root);
    const asked = Array.from({ length: 50 }, (_, i) => {
      const request = rig.request(`parallel ${i}`, { currency: 'USD', amountMinor: 60n });
      return outcomeOf(() => rig.use((terminal) => terminal.pay(request)));
    });
    const outcomes = await Promise.all(asked);
    expect(outcomes.filter((outcome) => outcome === 'approved')).toHaveLength(16);
    expect(outcomes.filter((outcome) => outcome === 'CEILING')).toHaveLength(34);
    const { purses } = await rig.use((terminal) => terminal.info());
    expect(purses[1]?.unreportedMinor).toBe(960n);
  });

  test('I11: a second wallet on the same files is refused when it comes to pay', async () => {
    const root = temporaryFolder();
    const rig = await softCard(root);
    const second = await CardRig.blank({ store: storeIn(root), parameters: freely });
    second.spki = rig.spki;
    await rig.pay('mine');
    const code = await outcomeOf(() => second.pay('theirs'));
    expect(code).toBe('CARD_FORK');
    expect((await rig.use((terminal) => terminal.records())).map(({ fields }) => fields.counter)).toEqual([1]);
  });
});

describe('a software card on a failing disk', () => {
  test('D1: a full disk in the midst of a debit: the same request pays once there is room, once', async () => {
    const disk = new VolatileDisk();
    const store: DispersedStore = storeIn('/card', { disk });
    await store.create();
    const rig = await CardRig.loaded(LOADED_MINOR, { store, parameters: freely });
    disk.plan = ({ call }) => (call === 'write' ? 'ENOSPC' : undefined);
    expect(await outcomeOf(() => rig.pay('on a full disk'))).toBe('CARD_TORN');
    expect(await outcomeOf(() => rig.pay('on a full disk')), 'still full').toBe('CARD_TORN');
    disk.plan = () => undefined;
    expect(await outcomeOf(() => rig.pay('on a full disk'))).toBe('approved');
    expect(await outcomeOf(() => rig.pay('on a full disk'))).toBe('approved');
    expect(await balanceOf(rig)).toBe(LOADED_MINOR - 20n);
  });

  test('P14: a PIN guess that could not be counted is not compared', async () => {
    const disk = new VolatileDisk();
    const store = storeIn('/card', { disk });
    await store.create();
    const rig = await CardRig.loaded(LOADED_MINOR, { store, parameters: freely });
    disk.plan = () => 'EROFS';
    await expect(rig.use((terminal) => terminal.verifyPin(PIN))).rejects.toThrow(ProtocolError);
    disk.plan = () => undefined;
    expect(await rig.use((terminal) => terminal.verifyPin(PIN))).toEqual({ verified: true, triesLeft: 3 });
  });
});
