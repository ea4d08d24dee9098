/** Times as people read them. */

const MINUTE_MS = 60_000;

/** `4:05`, or `1:04:05` from an hour on; a tenth of a second where the span is small. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** As people say it: "4 min", "90 s". */
export function spokenDuration(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / 100) / 10} s`;
  if (ms < 120 * MINUTE_MS) return `${Math.round((ms / MINUTE_MS) * 10) / 10} min`;
  return `${Math.round((ms / 3_600_000) * 10) / 10} h`;
}

/** How fine a pacing is set by hand: the longer, the coarser. */
export function stepFor(ms: number): number {
  if (ms < 2 * MINUTE_MS) return 5_000;
  if (ms < 10 * MINUTE_MS) return 15_000;
  if (ms < 60 * MINUTE_MS) return MINUTE_MS;
  return 5 * MINUTE_MS;
}

/** The nearest value that is set by hand. */
export const snap = (ms: number): number => Math.max(0, Math.round(ms / stepFor(ms)) * stepFor(ms));

/** Round steps of an axis of which about `wanted` fit into the span. */
export function axisStep(spanMs: number, wanted: number): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400].map((s) => s * 1_000);
  return steps.find((step) => spanMs / step <= wanted) ?? 14_400_000;
}
