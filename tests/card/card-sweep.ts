/**
 * Kills a card at every durable call of a step and judges what it has become: the state before or the one after, one debit,
 * no value doubled or lost; then takes the step up again and finds what an undisturbed card has.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeCardIssue } from '@coinslot/protocol';
import { sweepKills, type SweepReport } from '../lib/kill-sweep.ts';
import { CardRig, parametersFor, ratesOf } from './applet-parties.ts';
import { loadKey, loadOf, otherKeys, sealedRequest } from './content-key-parts.ts';
import { storeIn } from './softcard-parts.ts';
import { act, inputOf, PIN, storeOf, withCardIn, type StepName, type StoreKind } from './sweep-steps.ts';

const program = fileURLToPath(new URL('./sweep-step.ts', import.meta.url));
const LOADED_MINOR = 500n;
const CREDIT_MINOR = 70n;

/** What is counted, before and after. Amounts in minor units; `-` stands for a card without purses. */
interface Count {
  readonly balance: bigint;
  readonly unreported: bigint;
  readonly counter: number;
  readonly cleared: number;
  readonly tries: number;
  readonly acknowledgement: number;
  readonly rates: number;
  readonly keys: number;
  /** Records that carry a content key. */
  readonly released: number;
}

/** A card before its step, and what the step may change. */
interface Case {
  /** Brings the card to where the step begins and lays the step's input into the folder. */
  readonly begin: (rig: CardRig, lay: (name: string, bytes: Uint8Array) => void) => Promise<void>;
  /** What differs once the step is done. */
  readonly change: (before: Count) => Partial<Count>;
  /** What else a card may be found as in between: only tries of a PIN, which fall before they are compared. */
  readonly between?: (before: Count) => readonly Partial<Count>[];
}

const PRICE_MINOR = 20n;
const spend = (before: Count): Partial<Count> => ({
  balance: before.balance - PRICE_MINOR,
  unreported: before.unreported + PRICE_MINOR,
  counter: before.counter + 1,
});

const CASES: Record<Exclude<StepName, 'personalise'>, Case> = {
  debit: { begin: async (rig, lay) => Promise.resolve(lay('request', rig.request('swept'))), change: spend },
  'debit with PIN': {
    begin: async (rig, lay) => Promise.resolve(lay('request', rig.request('swept', { amountMinor: PRICE_MINOR }))),
    change: spend,
    between: (before) => [{ tries: before.tries - 1 }],
  },
  'refused debit': {
    begin: async (rig, lay) => {
      await rig.pay('nearly all', { amountMinor: 400n, pin: PIN });
      lay('request', rig.request('too dear', { amountMinor: 99n }));
    },
    change: ({ counter }) => ({ counter: counter + 1 }),
  },
  'wrong PIN': { begin: () => Promise.resolve(), change: ({ tries }) => ({ tries: tries - 1 }) },
  'right PIN': {
    begin: async (rig) => void (await rig.use((terminal) => terminal.verifyPin('1111'))),
    change: () => ({ tries: 3 }),
    between: (before) => [{ tries: before.tries - 1 }],
  },
  'open recharge': { begin: () => Promise.resolve(), change: () => ({}) },
  recharge: {
    begin: async (rig, lay) =>
      lay('acknowledgement', await rig.acknowledgement({ credits: [{ purse: 'eur', amountMinor: CREDIT_MINOR }] })),
    change: (before) => ({ ...cleared(before), balance: before.balance + CREDIT_MINOR }),
  },
  upload: {
    begin: async (rig, lay) => lay('acknowledgement', await rig.acknowledgement()),
    change: (before) => cleared(before),
  },
  'sealed debit': {
    async begin(rig, lay) {
      await loadKey(rig);
      lay('request', sealedRequest(rig, 'swept'));
    },
    // The debit and the release are one step: both or neither.
    change: (before) => ({ ...spend(before), released: before.released + 1 }),
  },
  'new content keys': {
    begin: async (rig, lay) => lay('keys', await loadOf(rig, otherKeys(7))),
    change: () => ({ keys: 7 }),
  },
  'new rates': {
    begin: async (rig, lay) => Promise.resolve(lay('rates', rig.ratesEnvelope(ratesOf({ id: 8 })))),
    change: () => ({ rates: 8 }),
  },
};

const cleared = (before: Count): Partial<Count> => ({
  unreported: 0n,
  cleared: before.counter,
  acknowledgement: before.acknowledgement + 1,
});

/** Runs the sweep of one step over one store, at one of so many calls. Throws what was found wrong, with the point's name. */
export async function sweepCard(step: StepName, kind: StoreKind, oneIn = 1): Promise<SweepReport> {
  return step === 'personalise' ? sweepPersonalising(kind) : sweepCase(step, kind, oneIn);
}

async function sweepCase(step: Exclude<StepName, 'personalise'>, kind: StoreKind, oneIn: number): Promise<SweepReport> {
  const { begin, change, between = () => [] } = CASES[step];
  let before: Count | undefined;
  return sweepKills({
    program,
    args: [kind, step],
    oneIn,
    async prepare(folder) {
      const rig = await loadedCard(kind, folder);
      await begin(rig, layInto(folder));
      before = await countOf(kind, folder);
    },
    async judge({ folder, said }) {
      if (before === undefined) throw new Error('nothing was prepared');
      const begun = before;
      const after = { ...begun, ...change(begun) };
      const found = await countOf(kind, folder);
      const torn = between(begun).map((part) => ({ ...begun, ...part }));
      requireOneOf(found, said === '' ? [begun, ...torn, after] : [after]);
      const again: string[] = [];
      await withCardIn(kind, folder, (terminal) =>
        act(
          step,
          terminal,
          (name) => inputOf(folder, name),
          (word) => again.push(word),
        ),
      );
      // A wrong guess is one more guess whenever it is made; everything else is the same thing asked again.
      if (step === 'wrong PIN')
        return requireOneOf(await countOf(kind, folder), [{ ...found, tries: found.tries - 1 }]);
      if (said !== '' && said.trim() !== again.join('\n')) throw new Error(`asked again it said ${again.join(', ')}`);
      requireOneOf(await countOf(kind, folder), [after]);
    },
  });
}

/** A blank card with a key becomes a purse once, or is still blank and becomes it now. */
function sweepPersonalising(kind: StoreKind): Promise<SweepReport> {
  return sweepKills({
    program,
    args: [kind, 'personalise'],
    async prepare(folder) {
      if (kind === 'disperse') await storeIn(folder).create();
      const rig = await CardRig.blank({ store: storeOf(kind, folder) });
      rig.spki = await rig.use((terminal) => terminal.generateKey(rig.alg));
      layInto(folder)('issue', encodeCardIssue(rig.cardIssue()));
    },
    async judge({ folder, said }) {
      const { lifeCycle } = await withCardIn(kind, folder, (terminal) => terminal.select());
      if (said !== '' && lifeCycle !== 'issued') throw new Error(`it is ${lifeCycle}`);
      await withCardIn(kind, folder, (terminal) =>
        act(
          'personalise',
          terminal,
          (name) => inputOf(folder, name),
          () => undefined,
        ),
      );
      const found = await countOf(kind, folder);
      requireOneOf(found, [
        {
          balance: 0n,
          unreported: 0n,
          counter: 0,
          cleared: 0,
          tries: 3,
          acknowledgement: 0,
          rates: 7,
          keys: 0,
          released: 0,
        },
      ]);
    },
  });
}

/** A prepaid card with two payments that no upload has cleared. */
async function loadedCard(kind: StoreKind, folder: string): Promise<CardRig> {
  if (kind === 'disperse') await storeIn(folder).create();
  const rig = await CardRig.loaded(LOADED_MINOR, { store: storeOf(kind, folder), parameters: parametersFor });
  for (const nonce of ['first', 'second']) await rig.pay(nonce);
  return rig;
}

function layInto(folder: string) {
  mkdirSync(join(folder, 'inputs'));
  return (name: string, bytes: Uint8Array) => writeFileSync(join(folder, 'inputs', name), bytes);
}

/** Counts a card in a fresh process's eyes; throws when its books do not balance in themselves. */
async function countOf(kind: StoreKind, folder: string): Promise<Count> {
  return withCardIn(kind, folder, async (terminal) => {
    const { standing, purses, contentKeys } = await terminal.info();
    const records = await terminal.records();
    const eur = purses.find(({ purse }) => purse === 'eur');
    if (eur === undefined) throw new Error('the purse is gone');
    const approved = records.filter(({ fields }) => fields.code === 'APPROVED');
    const spent = approved.reduce((sum, { fields }) => sum + fields.chargedMinor, 0n);
    if (spent !== eur.unreportedMinor) throw new Error(`records of ${spent}, and ${eur.unreportedMinor} unreported`);
    if (standing.counter !== standing.clearedCounter + records.length) throw new Error('a record is missing');
    return {
      balance: eur.balanceMinor,
      unreported: eur.unreportedMinor,
      counter: standing.counter,
      cleared: standing.clearedCounter,
      tries: standing.pinTries,
      acknowledgement: standing.acknowledgement,
      rates: standing.rateTableId,
      keys: contentKeys?.keys ?? 0,
      released: records.filter(({ sealedKey }) => sealedKey !== undefined).length,
    };
  });
}

function requireOneOf(found: Count, possible: readonly Count[]): void {
  const words = possible.map(inWords);
  if (!words.includes(inWords(found)))
    throw new Error(`found ${inWords(found)}, which is none of ${words.join(' | ')}`);
}

const inWords = (count: Count): string =>
  Object.entries(count)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
