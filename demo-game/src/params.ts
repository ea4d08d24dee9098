import { LEVELS } from './levels/index.ts';
import type { LevelKey } from './sim/types.ts';

/** What the page's address asks for. */
export interface Params {
  /** `?level=1..5` or `?level=bonus`: go straight there (through the gate, as from the menu). */
  level: LevelKey | null;
  /** `?seed=N`: phases of the hazards and places of the embers; 1 when not given. */
  seed: number;
  /** `?goal=N`: a level is finished with its N-th lantern, for short tests that really play. */
  goal: number | null;
  /** `?auto=1`: the pilot plays. */
  auto: boolean;
  /** `?probe=1`: `window.__demo` tells tests what is going on. */
  probe: boolean;
  /** `?lang=en|fr`; otherwise the browser's languages decide. */
  lang: string | null;
  /** `?fps=N`: at most N frames a second, for machines that draw WebGL with the processor; `null` = as many as the screen shows. */
  fps: number | null;
  /** `?renderer=canvas`: draw without WebGL. */
  canvas: boolean;
  /** `?panel`: the designer's live panel is open from the start. */
  panel: boolean;
  /** `?record`: the session is recorded from the start, in the panel. */
  record: boolean;
  /** `?lab=<port>`: follow the timing lab on this machine, and record for it. */
  lab: number | null;
}

/** Reads the parameters; anything malformed counts as not given. */
export function readParams(search: string): Params {
  const query = new URLSearchParams(search);
  const wanted = query.get('level');
  const entry = LEVELS.find(
    (level) => String(level.number) === wanted || level.key.toLowerCase() === wanted?.toLowerCase(),
  );
  return {
    level: entry?.key ?? null,
    seed: wholeNumber(query.get('seed')) ?? 1,
    goal: wholeNumber(query.get('goal')) || null,
    auto: query.get('auto') === '1',
    probe: query.get('probe') === '1',
    lang: query.get('lang'),
    fps: wholeNumber(query.get('fps')) || null,
    canvas: query.get('renderer') === 'canvas',
    panel: query.has('panel'),
    record: query.has('record'),
    lab: wholeNumber(query.get('lab')) || null,
  };
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
