/**
 * The little statistics that an experiment on shares needs: sample size, an interval for a share, one for a difference of two. Each by a
 * published method, named at its function, and held against published values by the tests.
 */

/** A share that was counted: `hits` of `of`. */
export interface Counted {
  readonly hits: number;
  readonly of: number;
}

/** Both ends, 0 ... 1 for a share, -1 ... 1 for a difference. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The standard normal quantile: `normalQuantile(0.975)` is 1.96. M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal
 * Distribution", Applied Statistics 37 (1988), routine PPND7: about 1 part in 10^7.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`normalQuantile: ${p} is not between 0 and 1`);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    const over = polynomial(r, [3.387_132_717_9, 50.434_271_938, 159.291_132_02, 59.109_374_72]);
    return (q * over) / polynomial(r, [1, 17.895_169_469, 78.757_757_664, 67.187_563_6]);
  }
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const tail =
    r <= 5
      ? polynomial(r - 1.6, [1.423_437_277_7, 2.756_815_39, 1.306_728_481_6, 0.170_238_211_03]) /
        polynomial(r - 1.6, [1, 0.737_001_642_5, 0.120_211_329_75])
      : polynomial(r - 5, [6.657_905_115, 3.081_226_386, 0.428_682_943_37, 0.017_337_203_997]) /
        polynomial(r - 5, [1, 0.241_978_942_25, 0.012_258_202_635]);
  return q < 0 ? -tail : tail;
}

const polynomial = (x: number, coefficients: readonly number[]): number =>
  coefficients.reduceRight((sum, one) => sum * x + one, 0);

/** The quantile with which a two-sided interval has this confidence. */
export const twoSided = (confidence: number): number => normalQuantile(1 - (1 - confidence) / 2);

/**
 * The score interval of a share. E. B. Wilson (1927); recommended over the textbook's by R. G. Newcombe, "Two-sided confidence intervals
 * for the single proportion", Statistics in Medicine 17 (1998) 857-872, method 3. Of nothing counted it is everything.
 */
export function wilsonInterval({ hits, of }: Counted, confidence: number): Interval {
  if (of === 0) return { low: 0, high: 1 };
  const z = twoSided(confidence);
  const share = hits / of;
  const middle = 2 * hits + z * z;
  const spread = z * Math.sqrt(z * z + 4 * hits * (1 - share));
  const whole = 2 * (of + z * z);
  return { low: Math.max(0, (middle - spread) / whole), high: Math.min(1, (middle + spread) / whole) };
}

/**
 * The interval of the difference `a - b` of two independent shares, from their score intervals. R. G. Newcombe, "Interval estimation for
 * the difference between independent proportions", Statistics in Medicine 17 (1998) 873-890, method 10.
 */
export function newcombeInterval(a: Counted, b: Counted, confidence: number): Interval {
  const [one, other] = [wilsonInterval(a, confidence), wilsonInterval(b, confidence)];
  const [p, q] = [shareOf(a), shareOf(b)];
  return {
    low: Math.max(-1, p - q - Math.hypot(p - one.low, other.high - q)),
    high: Math.min(1, p - q + Math.hypot(one.high - p, q - other.low)),
  };
}

/** 0 of nothing counted. */
export const shareOf = ({ hits, of }: Counted): number => (of === 0 ? 0 : hits / of);

export interface SampleSizeInput {
  /** The share as it is, and the least other one that has to be told from it; 0 ... 1. */
  readonly baseline: number;
  readonly other: number;
  /** How probable it is to see the difference when it is there, such as 0.8. */
  readonly power: number;
  /** How probable it may be to see one where there is none, both sides together, such as 0.05. */
  readonly significance: number;
  /** Size of the second group to that of the first. */
  readonly ratio: number;
}

/**
 * Players needed in the first group; the second has `ratio` times as many. Two independent shares, two-sided, without continuity correction:
 * J. L. Fleiss, B. Levin, M. C. Paik, "Statistical Methods for Rates and Proportions", 3rd ed. (2003), eq. 4.14 and 4.19 (R's
 * `power.prop.test` is the same for equal groups).
 */
export function sampleSize({ baseline, other, power, significance, ratio }: SampleSizeInput): number {
  const mean = (baseline + ratio * other) / (ratio + 1);
  const whenSame = Math.sqrt((ratio + 1) * mean * (1 - mean));
  const whenOther = Math.sqrt(ratio * baseline * (1 - baseline) + other * (1 - other));
  const needed = twoSided(1 - significance) * whenSame + normalQuantile(power) * whenOther;
  return needed ** 2 / (ratio * (baseline - other) ** 2);
}
