/** From what was counted to what is read: percentiles, shares, histograms. */
import { offersPerHour } from '@coinslot/plugin/timing';
import type { Counted, PlayerFigures, Tally } from './tally.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A value, and the player at that rank. */
export interface Ranked {
  readonly value: number;
  readonly player: number;
}

/** Values over players, sessions or days, each with a player who had it; percentiles by nearest rank. */
export interface Distribution {
  /** How many values there are. */
  readonly count: number;
  readonly mean: number;
  readonly max: Ranked | null;
  /** Nearest rank, so that every percentile is a value that somebody had; `null` without values. */
  at(percentile: number): Ranked | null;
  /** How many values lie in each of so many steps of a width from 0; the last takes all beyond. */
  histogram(width: number, steps: number): readonly number[];
}

const hourly = ({ offers, playedMs }: PlayerFigures): number => offersPerHour(offers, playedMs);

export const distributionOf = (values: readonly Ranked[]): Distribution =>
  weighted(values.map(({ value, player }) => ({ value, player, times: 1 })));

export const distributionOfCounted = (counted: Counted): Distribution =>
  weighted([...counted].map(([value, { times, player }]) => ({ value, player, times })));

function weighted(values: readonly { value: number; player: number; times: number }[]): Distribution {
  // Equal values by index, so that the player at a rank is the same however the work was divided.
  const sorted = [...values].sort((a, b) => a.value - b.value || a.player - b.player);
  const count = sorted.reduce((sum, one) => sum + one.times, 0);
  const mean = count === 0 ? 0 : sorted.reduce((sum, one) => sum + one.value * one.times, 0) / count;
  const at = (percentile: number): Ranked | null => {
    let rest = Math.max(1, Math.ceil((percentile / 100) * count));
    for (const { value, player, times } of sorted) if ((rest -= times) <= 0) return { value, player };
    return null;
  };
  return {
    ...{ count, mean, at },
    max: at(100),
    histogram(width, steps) {
      const bars = Array.from({ length: steps }, () => 0);
      for (const { value, times } of sorted) bars[Math.min(steps - 1, Math.floor(value / width))]! += times;
      return bars;
    },
  };
}

export interface Figures {
  readonly offersPerHour: Distribution;
  readonly offersPerSession: Distribution;
  /** By currency, minor units. */
  readonly spendPerDay: ReadonlyMap<string, Distribution>;
  /** Over players who were asked. */
  readonly firstOfferAfterMinutes: Distribution;
  readonly shareNeverAsked: number;
}

export function figuresOf({ players, perSession, perDay }: Tally): Figures {
  const asked = players.flatMap(({ firstOfferMs }, player) =>
    firstOfferMs === null ? [] : [{ value: firstOfferMs / MINUTE_MS, player }],
  );
  return {
    offersPerHour: distributionOf(players.map((one, player) => ({ value: hourly(one), player }))),
    offersPerSession: distributionOfCounted(perSession),
    spendPerDay: new Map([...perDay].map(([currency, counted]) => [currency, distributionOfCounted(counted)])),
    firstOfferAfterMinutes: distributionOf(asked),
    shareNeverAsked: players.length === 0 ? 0 : (players.length - asked.length) / players.length,
  };
}

export interface PersonaFigures {
  readonly name: string;
  readonly players: number;
  readonly sessions: number;
  readonly playedHours: number;
  readonly offersPerHour: Distribution;
  readonly firstOfferAfterMinutes: Distribution;
  readonly shareNeverAsked: number;
  /** In all, by currency, minor units. */
  readonly spend: ReadonlyMap<string, number>;
}

/** The same figures for each persona by itself. */
export function personaFigures(names: readonly string[], tally: Tally): readonly PersonaFigures[] {
  return names.map((name, persona) => {
    const ranked = tally.players.flatMap((one, player) => (one.persona === persona ? [{ one, player }] : []));
    const asked = ranked.filter(({ one }) => one.firstOfferMs !== null);
    return {
      name,
      players: ranked.length,
      sessions: ranked.reduce((sum, { one }) => sum + one.sessions, 0),
      playedHours: ranked.reduce((sum, { one }) => sum + one.playedMs, 0) / HOUR_MS,
      offersPerHour: distributionOf(ranked.map(({ one, player }) => ({ value: hourly(one), player }))),
      firstOfferAfterMinutes: distributionOf(
        asked.map(({ one, player }) => ({ value: one.firstOfferMs! / MINUTE_MS, player })),
      ),
      shareNeverAsked: ranked.length === 0 ? 0 : (ranked.length - asked.length) / ranked.length,
      spend: new Map([...tally.spend].map(([currency, byPersona]) => [currency, byPersona[persona]!])),
    };
  });
}
