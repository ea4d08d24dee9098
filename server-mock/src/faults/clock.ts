import type { Clock } from '@coinslot/server';
import type { FaultSwitches } from './switches.ts';

/** Well beyond the five minutes that two clocks may differ. */
export const SKEW_MS = 10 * 60_000;

/** The clock that the payment server is given: right, or ten minutes off either way. */
export function skewedClock(clock: Clock, switches: FaultSwitches): Clock {
  return () => clock() + skewMs(switches);
}

export function skewMs(switches: FaultSwitches): number {
  if (switches.isOn('clock-behind')) return -SKEW_MS;
  return switches.isOn('clock-ahead') ? SKEW_MS : 0;
}
