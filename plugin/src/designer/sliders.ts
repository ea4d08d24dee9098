/** The sliders of every campaign and of time travel, by Tweakpane, with names and values for screen readers. */
import type { BindingApi, BindingParams, FolderApi } from '@tweakpane/core';
import { Pane } from 'tweakpane';
import type { PlacementsFile } from '../timing/index.ts';
import type { Travel } from './travel.ts';
import { TWEAKS, type Tweak } from './tweaks.ts';
import { STANDINGS } from './words.ts';

export interface Sliders {
  /** Shows another file. */
  show(file: PlacementsFile): void;
  dispose(): void;
}

/** One folder per campaign. `onTweak` is called while a slider is dragged. */
export function campaignSliders(
  container: HTMLElement,
  file: PlacementsFile,
  onTweak: (campaign: string, tweak: Tweak, value: number) => void,
): Sliders {
  let pane: Pane | undefined;
  const show = (shown: PlacementsFile): void => {
    pane?.dispose();
    const made = new Pane({ container });
    pane = made;
    shown.campaigns.forEach((campaign, i) => {
      const folder = made.addFolder({ title: campaign.id, expanded: i === 0 });
      TWEAKS.forEach((tweak) => {
        const value = { [tweak.label]: tweak.get(campaign) };
        const max = Math.max(tweak.max, value[tweak.label]!);
        const { step, text: format, label } = tweak;
        const binding = bind(folder, value, label, { ...{ min: 0, max, step, format, label } });
        name(binding, `${campaign.id}: ${label}`, () => format(value[label]!), max);
        binding.on('change', () => onTweak(campaign.id, tweak, value[label]!));
      });
    });
  };
  show(file);
  return { show, dispose: () => pane?.dispose() };
}

/** Changes `travel` in place, and tells of it. */
export function travelSliders(container: HTMLElement, travel: Travel, onChange: () => void): () => void {
  const pane = new Pane({ container });
  const add = (field: keyof Travel, params: BindingParams & { label: string }, max = 0): void => {
    const binding = bind(pane, travel, field, params);
    name(binding, params.label, () => String(travel[field]), max);
    binding.on('change', onChange);
  };
  const whole = { min: 0, step: 1, format: String };
  const wallets = {
    'as it is': 'as-is',
    ...Object.fromEntries(Object.entries(STANDINGS).map(([id, text]) => [text, id])),
  };
  add('isOn', { label: 'travel' });
  add('day', { ...whole, label: 'day', min: 1, max: 30 }, 30);
  add('declines', { ...whole, label: 'declines', max: 10 }, 10);
  add('minutesSinceDecline', { ...whole, label: 'minutes since the last', max: 240 }, 240);
  add('minutesPlayed', { ...whole, label: 'minutes played', max: 600 }, 600);
  add('wallet', { label: 'wallet', options: wallets });
  return () => pane.dispose();
}

type Fields = Record<string, unknown>;

/** Tweakpane wants an index signature on what it binds. */
const bind = (to: Pane | FolderApi, fields: object, field: string, params: BindingParams): BindingApi =>
  to.addBinding(fields as Fields, field, params);

/** Tweakpane's labels are text beside a control; here they become its name, and its track a slider. */
function name(binding: BindingApi, label: string, text: () => string, max: number): void {
  for (const input of binding.element.querySelectorAll('input, select')) input.setAttribute('aria-label', label);
  const track = binding.element.querySelector('.tp-sldv_t');
  if (track === null) return;
  track.setAttribute('role', 'slider');
  track.setAttribute('aria-label', label);
  track.setAttribute('aria-valuemin', '0');
  track.setAttribute('aria-valuemax', String(max));
  const tell = (): void => {
    track.setAttribute('aria-valuenow', String(parseFloat(text()) || 0));
    track.setAttribute('aria-valuetext', text());
  };
  tell();
  binding.on('change', tell);
}
