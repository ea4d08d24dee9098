/** The fault switches: a group of three radio buttons each, so that keyboard and screen reader know them already. */
import { FAULT_MODES, FAULT_NAMES, type FaultMode, type FaultModes, type FaultName } from '../../faults/switches.ts';
import { make } from './elements.ts';
import { FAULT_TEXTS } from './fault-texts.ts';

const MODE_TEXTS: Readonly<Record<FaultMode, string>> = { off: 'Off', once: 'Once', on: 'On' };

export type Switches = ReadonlyMap<FaultName, ReadonlyMap<FaultMode, HTMLInputElement>>;

export function makeSwitches(place: HTMLElement, onSet: (fault: FaultName, mode: FaultMode) => void): Switches {
  const switches = new Map<FaultName, Map<FaultMode, HTMLInputElement>>();
  for (const fault of FAULT_NAMES) {
    const group = place.appendChild(make('fieldset', 'switch'));
    const { label, what, amount } = FAULT_TEXTS[fault];
    group.append(make('legend', '', label));
    const told = group.appendChild(make('p', 'what', what));
    told.id = `what-${fault}`;
    if (amount !== undefined) told.append(' ', make('span', 'magic', `Also by charging ${amount}.`));
    group.setAttribute('aria-describedby', told.id);
    const choices = group.appendChild(make('div', 'choices'));
    const inputs = new Map<FaultMode, HTMLInputElement>();
    for (const mode of FAULT_MODES) {
      const choice = choices.appendChild(make('label', 'choice'));
      const input = choice.appendChild(make('input'));
      Object.assign(input, { type: 'radio', name: fault, value: mode, checked: mode === 'off' });
      input.addEventListener('change', () => onSet(fault, mode));
      choice.append(make('span', '', MODE_TEXTS[mode]));
      inputs.set(mode, input);
    }
    switches.set(fault, inputs);
  }
  return switches;
}

export function showSwitches(switches: Switches, modes: FaultModes): void {
  for (const [fault, inputs] of switches) {
    const input = inputs.get(modes[fault]);
    if (input) input.checked = true;
    input?.closest('fieldset')?.setAttribute('data-mode', modes[fault]);
  }
}
