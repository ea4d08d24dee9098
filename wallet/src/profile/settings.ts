/** The player's own settings: a small JSON file, replaced whole. What is about money is in the journal instead. */
import { join } from 'node:path';
import { MEANS_IDS, type MeansId } from '../means/port.ts';
import { readPrivate, replaceDurably } from './files.ts';
import { REGIONS, type Region } from './presets.ts';
import { isLanguage, type Language } from '../words/languages.ts';

export type Plan = 'prepaid' | 'postpaid';

export const TEXT_PERCENTS: readonly number[] = [100, 125, 150, 200];
export const CONTRASTS = ['system', 'more'] as const;
export type Contrast = (typeof CONTRASTS)[number];

export interface Settings {
  language: Language;
  /** ISO 4217; what everything is charged in. Fixed once the account is open. */
  currency: string;
  plan: Plan;
  /** Whose figures bound what is paid without the PIN. */
  region: Region;
  /** The vault locks after so long without use. */
  lockAfterMs: number;
  /** Higher limits hold after so long. */
  raiseDelayMs: number;
  /** Means that may pay, the preferred one first; at least one. */
  means: readonly MeansId[];
  /** Of the page. */
  textPercent: number;
  contrast: Contrast;
}

const HOUR_MS = 3_600_000;

export const LOCK_AFTER_CHOICES_MS: readonly number[] = [HOUR_MS / 4, HOUR_MS, 4 * HOUR_MS, 12 * HOUR_MS];

export const DEFAULT_SETTINGS: Settings = Object.freeze({
  language: 'en',
  currency: 'EUR',
  plan: 'prepaid',
  region: 'eu',
  lockAfterMs: 12 * HOUR_MS,
  raiseDelayMs: 24 * HOUR_MS,
  means: MEANS_IDS,
  textPercent: 100,
  contrast: 'system',
});

const path = (folder: string): string => join(folder, 'settings.json');

/** What was set; anything missing or unreadable falls back to its default, since nothing here guards money. */
export function readSettings(folder: string): Settings {
  const bytes = readPrivate(path(folder));
  if (bytes === undefined) return { ...DEFAULT_SETTINGS };
  const found = parse(new TextDecoder().decode(bytes));
  const { language, currency, plan, region, lockAfterMs, raiseDelayMs, means, textPercent, contrast } = found;
  return {
    language: isLanguage(language) ? language : DEFAULT_SETTINGS.language,
    currency: typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? currency : DEFAULT_SETTINGS.currency,
    plan: plan === 'postpaid' ? 'postpaid' : 'prepaid',
    region: REGIONS.find((one) => one === region) ?? DEFAULT_SETTINGS.region,
    lockAfterMs: isDuration(lockAfterMs) ? lockAfterMs : DEFAULT_SETTINGS.lockAfterMs,
    raiseDelayMs: isDuration(raiseDelayMs) ? raiseDelayMs : DEFAULT_SETTINGS.raiseDelayMs,
    means: isMeansOrder(means) ? means : DEFAULT_SETTINGS.means,
    textPercent: TEXT_PERCENTS.find((one) => one === textPercent) ?? DEFAULT_SETTINGS.textPercent,
    contrast: CONTRASTS.find((one) => one === contrast) ?? DEFAULT_SETTINGS.contrast,
  };
}

export function writeSettings(folder: string, settings: Settings): void {
  replaceDurably(path(folder), new TextEncoder().encode(`${JSON.stringify(settings, undefined, 2)}\n`));
}

function parse(text: string): Partial<Record<keyof Settings, unknown>> {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? found : {};
  } catch {
    return {};
  }
}

/** One to all of the means, none of them twice. */
export function isMeansOrder(value: unknown): value is readonly MeansId[] {
  if (!Array.isArray(value) || value.length === 0 || new Set(value).size !== value.length) return false;
  return value.every((one) => MEANS_IDS.some((id) => id === one));
}

function isDuration(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
