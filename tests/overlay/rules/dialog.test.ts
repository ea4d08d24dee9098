import type { OverlayIntent, OverlayState } from '@coinslot/overlay';
import { beforeEach, describe, expect, it } from 'vitest';
import { Dialog, type ControlId, type Moment } from '../../../overlay/src/dialog/dialog.ts';
import { GUARD_MS } from '../../../overlay/src/dialog/input-guard.ts';
import { shownIn, statesIn } from '../lib/samples.ts';

let nowMs = 0;
let intents: OverlayIntent[] = [];
let moments: Moment[] = [];
let walletOpened = 0;
let dialog: Dialog;

/** As the overlay does after each change, without pixels: every choice of the view is a control. */
function arrange(): void {
  dialog?.arrange(dialog.view?.choices.map(({ id }): ControlId => id) ?? [], 1);
}

const created = (idleTimeoutMs = 120_000): Dialog =>
  new Dialog({
    now: () => nowMs,
    locale: 'en',
    walletOpens: true,
    idleTimeoutMs,
    changed: arrange,
    intent: (intent) => intents.push(intent),
    openWallet: () => (walletOpened += 1),
    moment: (moment) => moments.push(moment),
  });

/** What the browser would send; the dialog reads these members only. */
const keyEvent = (key: string, repeat = false, changes: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({
    key,
    code: key,
    repeat,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    shiftKey: false,
    ...changes,
  }) as KeyboardEvent;

function press(key: string): void {
  dialog.keyDown(keyEvent(key));
  dialog.keyUp(keyEvent(key));
}

/** Opens a state and waits until the guard is open. */
function show(state: OverlayState): void {
  dialog.show(state);
  nowMs += GUARD_MS;
}

const review = (): OverlayState => ({ kind: 'review', shown: shownIn('en') });

beforeEach(() => {
  nowMs = 10_000;
  intents = [];
  moments = [];
  walletOpened = 0;
  dialog = created();
});

describe('rule 6: two distinct steps to pay', () => {
  it('accepts only after review and confirm were both pressed', () => {
    show(review());
    dialog.press('accept');
    expect(intents).toEqual([]);
    dialog.press('continue');
    expect(dialog.view?.place).toBe('confirm');
    expect(intents).toEqual([]);
    nowMs += GUARD_MS;
    dialog.press('accept');
    expect(intents).toEqual(['accept']);
    expect(dialog.view?.place).toBe('paying');
  });

  it('refuses accept at the first step even from a layout that wrongly had it', () => {
    show(review());
    dialog.arrange(['decline', 'continue', 'accept'], 1);
    dialog.press('accept');
    expect(intents).toEqual([]);
    expect(dialog.view?.place).toBe('review');
  });

  it('does not take a double press of Continue for both steps', () => {
    show(review());
    dialog.press('continue');
    nowMs += GUARD_MS - 1;
    dialog.press('accept');
    expect(intents).toEqual([]);
    nowMs += 1;
    dialog.press('accept');
    expect(intents).toEqual(['accept']);
  });

  it('starts at the first step again when the offer is shown anew', () => {
    show(review());
    dialog.press('continue');
    show(review());
    expect(dialog.view?.place).toBe('review');
    dialog.press('accept');
    expect(intents).toEqual([]);
  });

  it('accepts once, whatever is pressed after it', () => {
    show(review());
    dialog.press('continue');
    nowMs += GUARD_MS;
    dialog.press('accept');
    dialog.press('accept');
    nowMs += GUARD_MS;
    dialog.press('accept');
    expect(intents).toEqual(['accept']);
  });

  it.each(['pin', 'password'] as const)(
    'sends the player to the wallet’s page where a %s is due, and names it',
    (proof) => {
      show({ kind: 'review', shown: shownIn('en', { consent: proof }) });
      dialog.press('continue');
      nowMs += GUARD_MS;
      dialog.press('accept');
      expect(intents).toEqual(['accept']);
      expect(dialog.view?.place).toBe('elsewhere');
      const said = JSON.stringify(dialog.view?.passages);
      expect([/\bPIN\b/.test(said), /password/.test(said)]).toEqual([proof === 'pin', proof === 'password']);
    },
  );

  it('offers no way to pay where the money does not suffice', () => {
    show({ kind: 'review', shown: shownIn('en', { sufficiency: 'not-enough' }) });
    expect(dialog.view?.choices.map(({ id }) => id)).toEqual(['decline', 'retry', 'wallet']);
    dialog.press('wallet');
    expect(walletOpened).toBe(1);
    dialog.press('retry');
    expect(intents).toEqual(['retry']);
    expect(dialog.view?.place).toBe('loading');
  });
});

describe('rule 5: focus never starts on accept; input ignored for 500 ms and until all keys are up', () => {
  it('starts an offer with no control focused, in both steps', () => {
    show(review());
    expect(dialog.focus).toBeNull();
    press('Enter');
    expect(dialog.view?.place).toBe('review');
    press('ArrowLeft');
    expect(dialog.focus).toBe('continue');
    press('Enter');
    expect(dialog.view?.place).toBe('confirm');
    expect(dialog.focus).toBeNull();
  });

  it('starts every other state on the choice that goes on playing', () => {
    for (const [name, state] of Object.entries(statesIn('en'))) {
      if (state.kind === 'review') continue;
      dialog = created();
      show(state);
      expect(dialog.focus, name).toBe(dialog.view?.choices[0]?.id);
      expect(['decline', 'leave', 'close'], name).toContain(dialog.focus);
    }
  });

  it('ignores keys, presses and pointers before 500 ms', () => {
    dialog.show(review());
    nowMs += GUARD_MS - 1;
    press('Escape');
    dialog.press('decline');
    dialog.pointerDown('decline', 1);
    dialog.pointerUp('decline', 1);
    expect(intents).toEqual([]);
    nowMs += 1;
    press('Escape');
    expect(intents).toEqual(['decline']);
  });

  it('ignores all while a key from before is still held, however long', () => {
    dialog.show(review());
    nowMs += 100;
    dialog.keyDown(keyEvent(' ', true));
    nowMs += 5_000;
    dialog.keyDown(keyEvent(' ', true));
    press('Escape');
    dialog.press('continue');
    expect(dialog.view?.place).toBe('review');
    expect(intents).toEqual([]);
    dialog.keyUp(keyEvent(' '));
    dialog.keyUp(keyEvent('Escape'));
    press('Escape');
    expect(intents).toEqual(['decline']);
  });

  it('takes no repeat of a held key for a press', () => {
    show(review());
    press('ArrowLeft');
    dialog.keyDown(keyEvent('Enter', true));
    expect(dialog.view?.place).toBe('review');
  });

  it('is not locked by a key whose release went elsewhere', () => {
    dialog.show(review());
    dialog.keyDown(keyEvent('w'));
    nowMs += GUARD_MS;
    press('Escape');
    expect(intents).toEqual([]);
    dialog.forgetPresses();
    press('Escape');
    expect(intents).toEqual(['decline']);
  });

  it('waits again after it was covered', () => {
    show(review());
    dialog.uncovered();
    dialog.press('continue');
    expect(dialog.view?.place).toBe('review');
    nowMs += GUARD_MS;
    dialog.press('continue');
    expect(dialog.view?.place).toBe('confirm');
  });

  it('waits for a key that was down when the choices changed, though it went down while presses counted', () => {
    show(review());
    dialog.keyDown(keyEvent('w'));
    dialog.press('continue');
    expect(dialog.view?.place).toBe('confirm');
    nowMs += GUARD_MS;
    press('Escape');
    expect(intents).toEqual([]);
    expect(dialog.view?.place).toBe('confirm');
    dialog.keyUp(keyEvent('w'));
    press('Escape');
    expect([intents, dialog.view?.place]).not.toEqual([[], 'confirm']);
  });

  it('is not closed by modifiers', () => {
    dialog.show(review());
    dialog.keyDown(keyEvent('Shift'));
    nowMs += GUARD_MS;
    press('Escape');
    expect(intents).toEqual(['decline']);
  });
});

describe('rule 7: Escape says no, or goes on playing, in every state', () => {
  const expected: Record<string, OverlayIntent> = {
    loading: 'decline',
    review: 'decline',
    elsewhere: 'decline',
    paying: 'leave',
    pending: 'leave',
    granted: 'close',
    refused: 'close',
    unreachable: 'close',
  };
  for (const [name, state] of Object.entries(statesIn('en'))) {
    it(`in ${name}`, () => {
      show(state);
      press('Escape');
      press('Escape');
      expect(intents).toEqual([expected[state.kind]]);
    });
  }

  it('in confirm', () => {
    show(review());
    dialog.press('continue');
    nowMs += GUARD_MS;
    press('Escape');
    expect(intents).toEqual(['decline']);
  });
});

describe('rule 8: a technical time-out of at least 20 s, announced, as a decline', () => {
  it('warns first, then declines', () => {
    dialog = created(120_000);
    dialog.show(review());
    expect(dialog.nextTickMs()).toBe(nowMs + 100_000);
    nowMs += 100_000;
    dialog.tick();
    expect(intents).toEqual([]);
    expect(dialog.view?.passages[0]).toMatchObject({ kind: 'notice' });
    expect(dialog.view?.passages[0]?.text).toContain('20 seconds');
    nowMs += 20_000;
    dialog.tick();
    expect(intents).toEqual(['decline']);
    expect(dialog.nextTickMs()).toBeNull();
  });

  it('no countdown: from second to second nothing that is said changes, but for the one warning', () => {
    dialog = created(120_000);
    dialog.show(review());
    const said: string[] = [];
    for (let second = 0; second < 120; second += 1) {
      nowMs += 1_000;
      dialog.tick();
      const texts = JSON.stringify([dialog.view?.passages, dialog.view?.choices, dialog.view?.amount]);
      if (said.at(-1) !== texts) said.push(texts);
    }
    expect(said).toHaveLength(2);
    expect(intents).toEqual(['decline']);
  });

  it('takes the warning back at any sign of the player', () => {
    dialog.show(review());
    nowMs += 100_000;
    dialog.tick();
    dialog.pointerMove(null);
    expect(dialog.view?.passages[0]?.kind).toBe('title');
    nowMs += 60_000;
    dialog.tick();
    expect(intents).toEqual([]);
  });

  it('never runs out sooner than in 20 s, and never while paying', () => {
    dialog = created(1);
    dialog.show(review());
    nowMs += 19_999;
    dialog.tick();
    dialog.tick();
    expect(intents).toEqual([]);
    dialog.show({ kind: 'paying', shown: shownIn('en') });
    expect(dialog.nextTickMs()).toBeNull();
  });
});

describe('keys and pointers', () => {
  it('counts an event object once, however often the game hands it on', () => {
    show(review());
    press('ArrowLeft');
    const enter = keyEvent('Enter');
    dialog.keyDown(enter);
    nowMs += GUARD_MS;
    dialog.keyUp(enter);
    dialog.focusOn('accept');
    dialog.keyDown(enter);
    dialog.keyDown(enter);
    expect(dialog.view?.place).toBe('confirm');
    expect(intents).toEqual([]);
  });

  it('moves focus round with Tab and arrows', () => {
    show(review());
    press('Tab');
    expect(dialog.focus).toBe('decline');
    press('ArrowRight');
    expect(dialog.focus).toBe('continue');
    press('ArrowDown');
    expect(dialog.focus).toBe('decline');
    dialog.keyDown(keyEvent('Tab', false, { shiftKey: true }));
    expect(dialog.focus).toBe('continue');
  });

  it('leaves keys with Ctrl, Alt or Meta to the browser', () => {
    show(review());
    expect(dialog.keyDown(keyEvent('Escape', false, { ctrlKey: true }))).toBe(false);
    expect(intents).toEqual([]);
  });

  it('counts a pointer press that begins and ends on one control, by one pointer', () => {
    show(review());
    dialog.pointerDown('continue', 1);
    dialog.pointerUp('decline', 1);
    dialog.pointerDown('decline', 1);
    dialog.pointerUp('decline', 2);
    dialog.pointerCancel(1);
    dialog.pointerUp('decline', 1);
    expect(intents).toEqual([]);
    dialog.pointerDown('decline', 3);
    dialog.pointerUp('decline', 3);
    expect(intents).toEqual(['decline']);
  });

  it('takes no pointer press that began before the guard opened', () => {
    dialog.show(review());
    dialog.pointerDown('decline', 1);
    nowMs += GUARD_MS;
    dialog.pointerUp('decline', 1);
    expect(intents).toEqual([]);
  });
});

describe('rule 17: one language through a purchase', () => {
  it('the wallet’s, once it has shown something, also where nothing of the offer is left to say', () => {
    show({ kind: 'loading' });
    expect(dialog.view?.words.locale).toBe('en');
    show({ kind: 'review', shown: shownIn('ar') });
    show({ kind: 'refused', code: 'BUSY', charged: 'no', text: '' });
    expect([dialog.view?.words.locale, dialog.view?.direction]).toEqual(['ar', 'rtl']);
  });
});

describe('rule 18: no dead end', () => {
  for (const [name, state] of Object.entries(statesIn('en'))) {
    it(`${name} has a choice that goes on playing`, () => {
      show(state);
      const first = dialog.view?.choices[0]?.id as ControlId;
      dialog.press(first);
      expect(['decline', 'leave', 'close']).toContain(intents[0]);
    });
  }

  it('offers to try again exactly where that can help', () => {
    const choicesOf = (code: 'INSUFFICIENT' | 'CHAIN_REVOKED'): string[] => {
      show({ kind: 'refused', code, charged: 'no', text: '' });
      return dialog.view?.choices.map(({ id }) => id) ?? [];
    };
    expect(choicesOf('INSUFFICIENT')).toEqual(['close', 'retry']);
    expect(choicesOf('CHAIN_REVOKED')).toEqual(['close']);
  });

  it('states what is known about the charge in every refusal', () => {
    for (const [charged, words] of [
      ['no', 'Nothing was charged'],
      ['yes', 'You were charged'],
      ['unknown', 'We do not know yet whether you were charged'],
    ] as const) {
      show({ kind: 'refused', code: 'STORAGE', charged, text: '' });
      expect(dialog.view?.amount?.text).toBe(words);
    }
  });

  it('makes its sounds once each', () => {
    show(review());
    show({ kind: 'granted', shown: shownIn('en') });
    expect(moments).toEqual(['open', 'coin']);
    dialog.hide();
    show({ kind: 'unreachable', reason: 'wallet-absent' });
    expect(moments).toEqual(['open', 'coin', 'open', 'refuse']);
  });
});
