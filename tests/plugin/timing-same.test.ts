/**
 * One engine: what a game ships (bundled and minified, in a realm of its own, reading `placements.json` as text) decides as the
 * sources do that lab, simulator and CI run, for 100,000 players; and in a real browser for some of them.
 */
import { createContext, runInContext } from 'node:vm';
import {
  compileTiming,
  SKIP_REASONS,
  type Boundary,
  type PlacementsFile,
  type TimingState,
} from '@coinslot/plugin/timing';
import { compilePlacements, formatPlacements, readOffers } from '@coinslot/publisher';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../lib/browser.ts';
import { demoFile } from '../publisher/lib/studio.ts';

const PLAYERS = 100_000;
const IN_BROWSER = 2_000;
/** Every so many are explained too, check by check. */
const EXPLAINED_EVERY = 500;
const NOW_MS = Date.UTC(2026, 5, 15, 12);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Every operator, reason, kind of pacing, variants and holdouts. */
const RICH = `
game: demo-game
pacing: gentle
facts: { level: number, boss: text, hard: boolean }
overall: { caps: { session: 4, day: 6, lifetime: none } }
placements:
  level-end: { on: { level: end } }
  boss-door: { on: breakpoint, duringPlay: true }
  unused: { on: { every: 10m } }
campaigns:
  - id: first
    placements: [level-end, boss-door]
    variants: [{ offer: bonus, weight: 2 }, { id: b, offer: level-3 }, { id: c, offer: thirty-minutes, weight: 5 }]
    when: 3 <= level <= 7 and session.offers < 3 and (hard or player.days >= 2)
    holdout: 20%
    priority: 3
    delay: 1s
  - id: second
    placements: [level-end]
    offer: thirty-minutes
    when: boss in ['moth', 'frog'] or not (level % 2 == 0) or max(level, player.sessions) - 1 > 6
    start: 2026-06-01
    end: 2026-06-14
    caps: { session: none, day: 2 }
  - id: third
    placements: [boss-door, level-end]
    offer: bonus
    when: session.minutes * 2 + level / 2 >= 10 and boss != 'worm' and day.offers < 5
    firstOfferAfter: 0s
    cooldown: 90s
    quietAfterDecline: 0s
    afterDecline: demo
  - id: fourth
    placements: [boss-door]
    offer: level-3
    when: { ">=": [{ var: player.purchases }, { min: [{ var: level }, 2] }] }
    holdout: 50%
    caps: { session: 1, lifetime: 3 }
`;

interface Entry {
  readonly compileTiming: typeof compileTiming;
}
interface Asked {
  readonly state: TimingState;
  readonly boundary: Boundary;
}

let shipped: Entry;
let bundle: string;

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: "export { compileTiming } from '@coinslot/plugin/timing';",
      resolveDir: new URL('.', import.meta.url).pathname,
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    globalName: 'coinslot',
    target: 'es2022',
    conditions: ['coinslot-source'],
  });
  bundle = outputFiles[0]!.text;
  const realm = createContext({});
  runInContext(bundle, realm);
  shipped = (realm as { coinslot: Entry }).coinslot;
});

describe.each([
  ['the demo game', demoFile('placements.yaml'), ['level-end', 'minutes-over']],
  ['a file with everything', RICH, ['level-end', 'boss-door', 'unused', 'elsewhere']],
])('%s', (name, yaml, placements) => {
  it(`is decided the same for ${PLAYERS / 2} players`, () => {
    const offers = readOffers('offers.yaml', demoFile('offers.yaml'));
    const file = compilePlacements('placements.yaml', yaml, offers);
    const here = compileTiming(file);
    const there = shipped.compileTiming(JSON.parse(formatPlacements(file)) as typeof file);
    const ids = file.campaigns.map(({ id }) => id);
    const roll = dice(name.length);
    const met = new Set<string>();
    for (let i = 0; i < PLAYERS / 2; i++) {
      const state = stateOf(roll, i, ids);
      const boundary = boundaryOf(roll, placements);
      const nowMs = NOW_MS - roll(2) * DAY_MS;
      const [one, other] = [here(state, boundary, nowMs), there(state, boundary, nowMs)];
      if (wordsOf(one) !== wordsOf(other))
        expect(wordsOf(other), JSON.stringify({ state, boundary })).toBe(wordsOf(one));
      met.add(one.show ? `${one.campaign} ${one.variant}` : one.reason);
      if (i % EXPLAINED_EVERY === 0) expect(plain(other.explain())).toEqual(plain(one.explain()));
    }
    if (name === 'a file with everything') {
      expect(SKIP_REASONS.filter((reason) => !met.has(reason))).toEqual([]);
      for (const shown of [
        'first bonus',
        'first b',
        'first c',
        'second thirty-minutes',
        'third bonus',
        'fourth level-3',
      ])
        expect(met).toContain(shown);
    }
  });
});

it(`is decided the same in a browser for ${IN_BROWSER} players`, async () => {
  const file = compilePlacements('placements.yaml', RICH, readOffers('offers.yaml', demoFile('offers.yaml')));
  const ids = file.campaigns.map(({ id }) => id);
  const roll = dice(7);
  const asked = Array.from({ length: IN_BROWSER }, (_, i): Asked => ({
    state: stateOf(roll, i, ids),
    boundary: boundaryOf(roll, ['level-end', 'boss-door']),
  }));
  const here = compileTiming(file);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: bundle });
    const decided = await page.evaluate(
      (text) => {
        const [placements, all, nowMs] = JSON.parse(text) as [PlacementsFile, Asked[], number];
        const decide = (globalThis as unknown as { coinslot: Entry }).coinslot.compileTiming(placements);
        return all.map(({ state, boundary }) => {
          const decision = decide(state, boundary, nowMs);
          return JSON.stringify({ ...decision, explain: decision.explain() });
        });
      },
      JSON.stringify([file, asked, NOW_MS]),
    );
    asked.forEach(({ state, boundary }, i) => {
      const decision = here(state, boundary, NOW_MS);
      expect(decided[i]).toBe(JSON.stringify({ ...decision, explain: decision.explain() }));
    });
  } finally {
    await browser.close();
  }
});

type Decision = ReturnType<ReturnType<typeof compileTiming>>;

const wordsOf = (decision: Decision): string =>
  decision.show
    ? [decision.campaign, decision.offer, decision.variant, decision.delayMs, decision.afterDecline].join(' ')
    : decision.reason;

/** Objects of another realm have another prototype. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

type Roll = (most: number) => number;

/** Whole numbers 0 ... most, from a seed: mulberry32. */
function dice(seed: number): Roll {
  let state = seed;
  return (most) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * (most + 1));
  };
}

function stateOf(roll: Roll, i: number, ids: readonly string[]): TimingState {
  const counts = () => ({ session: roll(2), day: roll(3), lifetime: roll(5) });
  const ago = (): number | null => (roll(2) > 0 ? null : NOW_MS - roll(40 * MINUTE_MS));
  const WALLETS = ['ready', 'unknown', 'ready', 'payments-off', 'permission', 'absent', 'offline'] as const;
  return {
    seed: `${i}-${roll(1_000_000)}`,
    dayOffsetMs: (roll(26) - 12) * 3_600_000,
    playing: roll(9) === 0,
    overlayOpen: roll(19) === 0,
    wallet: WALLETS[roll(WALLETS.length - 1)]!,
    owned: ['play', 'bonus', 'level-3'].filter(() => roll(4) === 0),
    sessions: 1 + roll(9),
    firstSessionAtMs: NOW_MS - roll(5 * DAY_MS),
    playedMs: roll(120 * MINUTE_MS),
    sessionPlayedMs: roll(30 * MINUTE_MS),
    shown: roll(3) === 0 ? { session: 0, day: 0, lifetime: 0 } : counts(),
    campaigns: Object.fromEntries(ids.filter(() => roll(2) === 0).map((id) => [id, counts()])),
    day: Math.floor(NOW_MS / DAY_MS) - (roll(4) === 0 ? 1 : 0),
    accepted: roll(3),
    declined: roll(4),
    sessionDeclined: roll(2),
    lastShownAtMs: ago(),
    lastDeclinedAtMs: ago(),
  };
}

/** Now and then a fact is missing or of another kind than the file says. */
function boundaryOf(roll: Roll, placements: readonly string[]): Boundary {
  const placement = placements[roll(placements.length - 1)]!;
  if (roll(19) === 0) return { placement };
  const level = roll(19) === 0 ? 'three' : roll(9);
  const boss = ['moth', 'frog', 'worm', null][roll(3)]!;
  return { placement, facts: { level, boss, hard: roll(1) === 1 } };
}
