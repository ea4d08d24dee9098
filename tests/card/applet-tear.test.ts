/** Every command that lasts, torn before and after each of its commits: old state or new, and the same end when done again. */
import { describe, expect, it } from 'vitest';
import { memoryStore, type CardPayment, type CardTerminal } from '@coinslot/card';
import { NOON_MS } from '../lib/parties.ts';
import { CardRig, freely, parametersFor, PIN, ratesOf, UNBLOCK_CODE } from './applet-parties.ts';
import { copyOf, tearingStore, type Tear } from './applet-tearing.ts';
import { loadKey, loadOf, openedFrom, otherKeys, sealedRequest } from './content-key-parts.ts';

interface Step {
  readonly name: string;
  /** Commits that it takes. */
  readonly commits: number;
  /** Makes what the step will be given, from a card in the state before it. */
  readonly act: (rig: CardRig) => Promise<(terminal: CardTerminal) => Promise<unknown>>;
  /** What must be the same however often it was torn. */
  readonly result?: (value: unknown) => unknown;
}

const paying =
  (nonce: string, options: Parameters<CardRig['request']>[1] = {}, pin?: string) =>
  (rig: CardRig) => {
    const body = rig.request(nonce, options);
    return Promise.resolve((terminal: CardTerminal) => terminal.pay(body, pin === undefined ? {} : { pin }));
  };

const STEPS: readonly Step[] = [
  { name: 'P12: a prepaid debit', commits: 1, act: paying('new') },
  {
    name: 'P12: a postpaid debit',
    commits: 1,
    act: paying('new', { currency: 'USD', request: { chargeCurrency: 'USD' } }),
  },
  { name: 'a debit with PIN', commits: 3, act: paying('new', { amountMinor: 900n }, PIN) },
  { name: 'a refused debit', commits: 1, act: paying('new', { amountMinor: 4_001n }) },
  { name: 'a debit asked again', commits: 0, act: paying('first', { amountMinor: 1_000n }) },
  { name: 'VERIFY, right', commits: 2, act: () => Promise.resolve((terminal) => terminal.verifyPin(PIN)) },
  { name: 'CHANGE PIN', commits: 2, act: () => Promise.resolve((terminal) => terminal.changePin(PIN, PIN)) },
  {
    name: 'RESET RETRY COUNTER',
    commits: 2,
    act: () => Promise.resolve((terminal) => terminal.unblock(UNBLOCK_CODE, PIN)),
  },
  {
    name: 'opening a recharge',
    commits: 1,
    act: () => Promise.resolve((terminal) => terminal.challenge()),
    result: () => 'a challenge',
  },
  {
    name: 'C10: a recharge',
    commits: 1,
    act: async (rig) => {
      const envelope = await rig.acknowledgement({
        credits: [{ purse: 'eur', amountMinor: 250n }],
        timeMs: NOON_MS + 5,
      });
      return (terminal) => terminal.credit(envelope);
    },
  },
  {
    name: 'C11: an upload without credit',
    commits: 1,
    act: async (rig) => {
      const envelope = await rig.acknowledgement();
      return (terminal) => terminal.credit(envelope);
    },
  },
  {
    name: 'new parameters',
    commits: 1,
    act: (rig) => {
      const envelope = rig.parametersEnvelope(freely(rig.cardId, { number: 2 }));
      return Promise.resolve((terminal) => terminal.putParameters(envelope));
    },
  },
  {
    name: 'C8: a debit that releases a content key',
    commits: 1,
    act: (rig) => {
      const body = sealedRequest(rig, 'new');
      return Promise.resolve((terminal) => terminal.pay(body));
    },
    // Sealed anew where nothing was recorded: the same key, and the same charge.
    result: (value) => ({ key: openedFrom(value as CardPayment), head: (value as CardPayment).head }),
  },
  {
    name: 'new content keys',
    commits: 1,
    act: async (rig) => {
      const envelope = await loadOf(rig, otherKeys(5), { fields: { timeMs: NOON_MS + 1 } });
      return (terminal) => terminal.putContentKeys(envelope);
    },
  },
  {
    name: 'a new rate table',
    commits: 1,
    act: (rig) => {
      const envelope = rig.ratesEnvelope(ratesOf({ id: 8 }));
      return Promise.resolve((terminal) => terminal.putRates(envelope));
    },
  },
];

/** A card that has paid and been recharged, over a store that can be torn. */
async function usedCard(): Promise<CardRig> {
  const rig = await CardRig.loaded(5_000n, { parameters: freely });
  await rig.pay('cleared', { atMs: NOON_MS - 60_000 });
  await rig.recharge();
  await rig.pay('first', { amountMinor: 1_000n });
  await loadKey(rig);
  return rig;
}

const stateOf = (rig: CardRig) => rig.use((terminal) => terminal.info());

describe('torn and done again, as if it had never been torn', () => {
  it.each(STEPS)('$name ($commits commits)', async ({ commits, act, result = (value) => value }) => {
    const origin = await usedCard();
    const act0 = await act(origin);
    const start = await copyOf(origin.store);
    const whole = tearingStore(await copyOf(start));
    await origin.restart(whole);
    const before = await stateOf(origin);
    const expected = result(await origin.use(act0));
    expect(whole.commits).toBe(commits);
    const after = await stateOf(origin);

    for (let nth = 1; nth <= commits; nth++)
      for (const tear of ['before', 'after'] as const) {
        const store = tearingStore(await copyOf(start));
        await origin.restart(store);
        store.tearAt(nth, tear);
        await expect(origin.use(act0)).rejects.toMatchObject({
          code: expect.stringMatching(/^(STORAGE|CARD_TORN)$/) as string,
        });
        await origin.restart(store);
        const torn = await stateOf(origin);
        expect(torn.standing.pinTries).toBeGreaterThanOrEqual(before.standing.pinTries - 1);
        expect([before, after].map(valueOf)).toContainEqual(valueOf(torn));
        expect(result(await origin.use(act0))).toEqual(expected);
        expect(await stateOf(origin)).toEqual(after);
      }
  });

  /** The state without the tries, of which a torn check may take one. */
  const valueOf = ({ standing, purses, parameters, rates, contentKeys }: Awaited<ReturnType<typeof stateOf>>) => {
    const { pinTries, unblockTries, noPinCount, ...rest } = standing;
    expect(pinTries + unblockTries + noPinCount).toBeGreaterThan(0);
    return {
      rest,
      purses: purses.map(({ noPinSumMinor, ...purse }) => ({ ...purse, isCounted: noPinSumMinor >= 0n })),
      parameters,
      rates,
      contentKeys,
    };
  };
});

describe('a torn command', () => {
  it.each<[Tear, string]>([
    ['before', 'CARD_TORN'],
    ['after', 'CARD_TORN'],
  ])('%s its commit leaves a mute card until power-on', async (tear, code) => {
    const rig = await usedCard();
    const store = tearingStore(rig.store);
    await rig.restart(store);
    const body = rig.request('new');
    await rig.use(async (terminal) => {
      store.tearAt(1, tear);
      await expect(terminal.pay(body)).rejects.toMatchObject({ code, charged: 'unknown' });
      for (const name of ['SELECT', 'GET_BALANCE', 'VERIFY', 'GET_TRANSACTION_PROOF', 'GET_CHALLENGE'] as const)
        expect((await rig.send(name)).statusWord).toBe(0x6500);
    });
    await rig.icc.powerOn();
    const found = await rig.use((terminal) => terminal.proof(body));
    expect(found === undefined).toBe(tear === 'before');
    const paid = await rig.use((terminal) => terminal.pay(body));
    if (found !== undefined) expect(paid).toEqual(found);
    expect((await stateOf(rig)).purses[0]!.balanceMinor).toBe(3_960n);
  });

  it('a wrong PIN costs its try wherever it is torn', async () => {
    for (const tear of ['before', 'after'] as const) {
      const rig = await CardRig.issued();
      const store = tearingStore(rig.store);
      await rig.restart(store);
      store.tearAt(1, tear);
      await expect(rig.use((terminal) => terminal.verifyPin('0000'))).rejects.toMatchObject({ code: 'STORAGE' });
      await rig.restart(store);
      const { pinTries } = (await stateOf(rig)).standing;
      expect(pinTries).toBe(tear === 'before' ? 3 : 2);
    }
  });

  it.each<Tear>(['before', 'after'])('%s the commit of its key, a blank card ends with one key', async (tear) => {
    const store = tearingStore(memoryStore());
    const rig = await CardRig.blank({ store });
    store.tearAt(1, tear);
    await expect(rig.use((terminal) => terminal.generateKey(2))).rejects.toMatchObject({ code: 'STORAGE' });
    await rig.restart();
    const { lifeCycle } = await rig.use((terminal) => terminal.select());
    expect(lifeCycle).toBe(tear === 'before' ? 'blank' : 'keyed');
    const spki = await rig.use((terminal) => terminal.generateKey(2));
    expect(await rig.use((terminal) => terminal.generateKey(2))).toEqual(spki);
  });

  it.each<Tear>(['before', 'after'])('%s its personalisation, a card ends personalised', async (tear) => {
    const store = tearingStore(memoryStore());
    const rig = await CardRig.blank({ store, parameters: parametersFor });
    rig.spki = await rig.use((terminal) => terminal.generateKey(1));
    const secrets = { pin: PIN, unblockCode: UNBLOCK_CODE };
    store.tearAt(1, tear);
    const issue = rig.cardIssue();
    await expect(rig.use((terminal) => terminal.personalise(issue, secrets))).rejects.toMatchObject({
      code: 'STORAGE',
      charged: 'no',
    });
    await rig.restart();
    await rig.use((terminal) => terminal.personalise(issue, secrets));
    expect((await stateOf(rig)).file.lifeCycle).toBe('issued');
  });
});
