/** Guard-rails: what `expect:` of `placements.yaml` says must hold over many players, as the simulator checks it. */
import { CURRENCIES, parseMoney, ProtocolError } from '@coinslot/protocol';
import type { OffersFile } from '../offers/read.ts';
import type { Fault, Position } from '../text/faults.ts';
import { didYouMean } from '../text/near-name.ts';
import type { Path, YamlSource } from '../text/yaml-source.ts';
import type { PERCENTILES, ExpectYaml } from './schema.ts';

/** What is measured, over players. */
export type ExpectedMetric = keyof ExpectYaml;
export type Percentile = (typeof PERCENTILES)[number];

/** One guard-rail: a metric stays on one side of a value. */
export interface Expectation {
  readonly metric: ExpectedMetric;
  /** Nearest rank, of what the metric is over: players (an hour), sessions (a session), days played (spend); `null`: one figure for all. */
  readonly percentile: Percentile | null;
  readonly bound: 'min' | 'max';
  /** Offers, minutes, a share 0 ... 1, or money in minor units of `currency`. The value itself is allowed. */
  readonly value: number;
  readonly currency?: string;
  /** Where it stands in `placements.yaml`. */
  readonly at: Position;
}

/** In the order of the file. */
export type Expectations = readonly Expectation[];

interface Compiling {
  readonly source: YamlSource;
  readonly offers: OffersFile;
  readonly faults: Fault[];
}

/** Bounds as written, by side. */
type Bounds = { readonly [Side in 'min' | 'max']?: string | number | undefined };

/** Compiles what stands under `expect:`; adds faults for what can never hold. */
export function compileExpectations(
  source: YamlSource,
  written: ExpectYaml | undefined,
  offers: OffersFile,
  faults: Fault[],
): Expectations {
  const at: Compiling = { source, offers, faults };
  const metrics = Object.entries(written ?? {}) as [ExpectedMetric, Bounds | Readonly<Record<string, Bounds>>][];
  return metrics.flatMap(([metric, bounds]) => {
    const path = ['expect', metric];
    if (metric === 'firstOfferAfterMinutes' || metric === 'shareNeverAsked') {
      const found = boundsAt(at, metric, null, bounds, path);
      requireRoom(at, found, path);
      return found;
    }
    const found = Object.entries(bounds as Readonly<Record<string, Bounds>>).flatMap(([percentile, one]) =>
      boundsAt(at, metric, Number(percentile.slice(1)) as Percentile, one, [...path, percentile]),
    );
    if (Object.keys(bounds).length === 0)
      faults.push(source.fault(path, 'says nothing', { hint: 'such as: p95: { max: 4 }' }));
    requireRoom(at, found, path);
    return found;
  });
}

function boundsAt(
  at: Compiling,
  metric: ExpectedMetric,
  percentile: Percentile | null,
  bounds: Bounds,
  path: Path,
): Expectation[] {
  const sides = Object.entries(bounds) as ['min' | 'max', string | number][];
  if (sides.length === 0) at.faults.push(at.source.fault(path, 'give min, max or both'));
  return sides.map(([bound, written]) => ({
    metric,
    percentile,
    bound,
    ...valueOf(at, written, [...path, bound]),
    at: at.source.positionOf([...path, bound]),
  }));
}

function valueOf(at: Compiling, written: string | number, path: Path): Pick<Expectation, 'value' | 'currency'> {
  if (typeof written === 'number') return { value: written };
  if (written.endsWith('%')) return { value: Number(written.slice(0, -1)) / 100 };
  const [amount = '', currency = ''] = written.split(' ');
  return { value: moneyOf(at, amount, currency, path), currency };
}

/** Spend is per currency: one that nothing is sold in would be 0 for ever, and the guard-rail would guard nothing. */
function moneyOf({ source, offers, faults }: Compiling, amount: string, currency: string, path: Path): number {
  const sold = [...new Set(offers.offers.map(({ price }) => price.currency))];
  try {
    const { amountMinor } = parseMoney(amount, currency);
    if (!sold.includes(currency))
      faults.push(source.fault(path, `nothing is sold in ${currency}`, { hint: `offers are in ${sold.join(', ')}` }));
    return Number(amountMinor);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const hint = error.code === 'OFFER_CURRENCY' ? didYouMean(currency, [...sold, ...CURRENCIES]) : undefined;
    faults.push(source.fault(path, error.message.replace(/^[a-z]+: /, ''), { code: error.code, hint }));
    return 0;
  }
}

/** A higher percentile is never lower: at least 3 at p50 and at most 2 at p95 cannot both hold. */
function requireRoom({ source, faults }: Compiling, found: readonly Expectation[], path: Path): void {
  const least = found.filter(({ bound }) => bound === 'min');
  const most = found.filter(({ bound }) => bound === 'max');
  for (const low of least) {
    const clash = most.find(
      (high) =>
        (high.percentile ?? 0) >= (low.percentile ?? 0) && high.currency === low.currency && high.value < low.value,
    );
    if (clash !== undefined)
      faults.push({ ...source.fault(path, 'can never hold: the least is above the most'), ...low.at });
  }
}
