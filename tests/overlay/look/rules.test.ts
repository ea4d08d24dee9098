/** Rules 5, 6, 7, 9, 10 and 11 in a running Phaser game, by real input. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { frames, heading, lastState, openReview, passGuard, Playground, result, waitState } from './lib/playground.ts';

let ground: Playground;
beforeAll(async () => {
  ground = await Playground.open();
});
afterAll(() => ground.close());
afterEach(async () => {
  await ground.reset();
  expect(ground.complaints.splice(0)).toEqual([]);
});

const answers = (): (string | undefined)[] =>
  ground.wallet.heard.flatMap((frame) => (frame.kind === 'answer' ? [frame.answer] : []));
const title = (page: Page, step: 'review' | 'confirm'): Promise<string> =>
  page.evaluate((one) => window.play.titleOf(one), step);
const middle = (
  page: Page,
  id: 'continue' | 'accept' | 'decline',
  step?: 'confirm',
): Promise<readonly [number, number]> =>
  page.evaluate(([control, at]) => window.play.middleOf(control, at), [id, step] as const);
/** Opens without letting the guard pass. */
async function openClosed(page: Page): Promise<void> {
  await page.evaluate(() => window.play.ask());
  await waitState(page, 'review');
}

describe('rule 5: what was meant for the game answers nothing', () => {
  it('rule 5: focus starts on no control, in both steps', async () => {
    const page = await ground.play();
    await openReview(page);
    await page.keyboard.press('Enter');
    expect(await heading(page)).toBe(await title(page, 'review'));
    await page.mouse.click(...(await middle(page, 'continue')));
    await passGuard(page);
    await page.keyboard.press('Enter');
    expect(await heading(page)).toBe(await title(page, 'confirm'));
    expect(answers()).toEqual([]);
  });

  it('rule 5, G8: a clicking finger, keys and a gamepad’s buttons count for nothing before 500 ms', async () => {
    const page = await ground.play();
    await page.evaluate(() => window.play.setPad(0, []));
    await openClosed(page);
    await page.mouse.click(...(await middle(page, 'continue')));
    await page.mouse.click(...(await middle(page, 'decline')));
    await page.keyboard.press('Escape');
    await page.evaluate(() => window.play.setPad(0, ['back']));
    await frames(page);
    await page.evaluate(() => window.play.setPad(0, []));
    await frames(page);
    expect([await lastState(page), await heading(page)]).toEqual(['review', await title(page, 'review')]);
    await passGuard(page);
    await page.mouse.click(...(await middle(page, 'continue')));
    expect(await heading(page)).toBe(await title(page, 'confirm'));
    expect(answers()).toEqual([]);
  });

  it('rule 5, G8: a finger that was down at opening is no press, nor is anything else until it is up', async () => {
    const page = await ground.play();
    await page.evaluate(() => window.play.ask());
    await page.mouse.move(...([400, 225] as const));
    await page.mouse.down();
    await waitState(page, 'review');
    await passGuard(page);
    await page.keyboard.press('Escape');
    expect(await lastState(page)).toBe('review');
    await page.mouse.move(...(await middle(page, 'decline')));
    await page.mouse.up();
    await frames(page);
    expect(await lastState(page)).toBe('review');
    await page.keyboard.press('Escape');
    expect(await result(page)).toBe('declined declined');
  });

  it('rule 5, G8: a key that is held and repeats counts for nothing, however long', async () => {
    const page = await ground.play();
    await page.keyboard.down('Enter');
    await openClosed(page);
    await passGuard(page);
    // Each further `down` of a held key is a repeat.
    for (let at = 0; at < 4; at += 1) await page.keyboard.down('Enter');
    await page.mouse.click(...(await middle(page, 'continue')));
    expect(await heading(page)).toBe(await title(page, 'review'));
    await page.keyboard.up('Enter');
    await page.mouse.click(...(await middle(page, 'continue')));
    expect(await heading(page)).toBe(await title(page, 'confirm'));
  });

  it('rule 5: a gamepad’s button that is held at opening counts from its next press, and keeps all else waiting', async () => {
    const page = await ground.play();
    await page.evaluate(() => window.play.setPad(0, ['back', 'confirm']));
    await openReview(page);
    await frames(page);
    await page.keyboard.press('Escape');
    await page.evaluate(() => window.play.setPad(0, ['confirm']));
    await frames(page);
    expect(await lastState(page)).toBe('review');
    await page.evaluate(() => window.play.setPad(0, []));
    await frames(page);
    expect(await lastState(page)).toBe('review');
    await page.evaluate(() => window.play.setPad(0, ['back']));
    await frames(page);
    await page.evaluate(() => window.play.setPad(0, []));
    expect(await result(page)).toBe('declined declined');
  });

  it('rule 5: a gamepad that shows itself by a press, or goes while pressed, answers nothing', async () => {
    const page = await ground.play();
    await openReview(page);
    await page.evaluate(() => window.play.setPad(2, ['back']));
    await frames(page);
    await page.evaluate(() => window.play.setPad(2, []));
    await frames(page);
    expect(await lastState(page)).toBe('review');
    await page.evaluate(() => window.play.setPad(2, ['right']));
    await frames(page);
    await page.evaluate(() => window.play.setPad(2, ['confirm']));
    await frames(page);
    await page.evaluate(() => window.play.dropPad(2));
    await frames(page);
    expect(await lastState(page)).toBe('review');
    expect(answers()).toEqual([]);
  });

  it('rule 5: it waits again after the page was covered', async () => {
    const page = await ground.play();
    await openReview(page);
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await page.mouse.click(...(await middle(page, 'continue')));
    expect(await heading(page)).toBe(await title(page, 'review'));
    await passGuard(page);
    await page.mouse.click(...(await middle(page, 'continue')));
    expect(await heading(page)).toBe(await title(page, 'confirm'));
  });
});

describe('rule 6: two distinct steps', () => {
  it('rule 6: the same place pressed again and again pays nothing; the second step is a step of its own', async () => {
    const page = await ground.play();
    await openReview(page);
    const [x, y] = await middle(page, 'continue');
    for (let at = 0; at < 6; at += 1) await page.mouse.click(x, y);
    expect(await heading(page)).toBe(await title(page, 'confirm'));
    expect(answers()).toEqual([]);
    await passGuard(page);
    await page.mouse.click(...(await middle(page, 'accept', 'confirm')));
    await waitState(page, 'granted');
    expect(answers()).toEqual(['accept']);
  });

  it('rule 6: a burst of Enter that reaches the overlay three times over pays nothing', async () => {
    const page = await ground.play();
    await openReview(page);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.evaluate(() => {
      const event = new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true });
      for (let at = 0; at < 3; at += 1) window.play.port().key(event);
      document.activeElement?.dispatchEvent(event);
    });
    expect(await heading(page)).toBe(await title(page, 'confirm'));
    expect(answers()).toEqual([]);
  });
});

describe('rule 7: leaving is a decline, here at the second step', () => {
  const press = (page: Page): Promise<void> => page.keyboard.press('Escape');
  const back = async (page: Page): Promise<void> => {
    await page.evaluate(() => window.play.setPad(0, ['back']));
    await frames(page);
    await page.evaluate(() => window.play.setPad(0, []));
    await frames(page);
  };
  const lose = (page: Page): Promise<void> =>
    page.evaluate(() => {
      const { gl } = window.play.game.renderer as { gl?: WebGLRenderingContext };
      gl!.getExtension('WEBGL_lose_context')!.loseContext();
    });
  const hide = (page: Page): Promise<void> => page.evaluate(() => void window.dispatchEvent(new Event('pagehide')));
  const rows = [
    ['Escape', press, 'canvas', 'declined'],
    ['B', back, 'canvas', 'declined'],
    ['a lost context', lose, 'webgl', 'interrupted'],
    ['leaving the page', hide, 'canvas', 'interrupted'],
  ] as const;
  it.each(rows)('rule 7: %s is a decline, and nothing is paid', async (_, act, renderer, reason) => {
    const page = await ground.play({ content: { renderer } });
    await page.evaluate(() => window.play.setPad(0, []));
    await openReview(page);
    await page.mouse.click(...(await middle(page, 'continue')));
    await passGuard(page);
    await act(page);
    expect(await result(page)).toBe(`declined ${reason}`);
    expect(answers()).not.toContain('accept');
    await waitState(page, 'hidden');
  });

  it('rule 7: a closed tab pays nothing', async () => {
    const page = await ground.play();
    await openReview(page);
    await page.mouse.click(...(await middle(page, 'continue')));
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => ground.wallet.heard.map(({ kind }) => kind)).toContain('cancel');
    expect(answers()).not.toContain('accept');
  });

  it('rule 7: nobody there is a decline, after a warning', async () => {
    const page = await ground.play();
    await openReview(page);
    await page.evaluate(() => window.play.passMs(100_000));
    expect(await page.getByRole('status').textContent()).toMatch(/20 seconds/);
    expect(await lastState(page)).toBe('review');
    await page.evaluate(() => window.play.passMs(20_000));
    expect(await result(page)).toBe('declined declined');
    expect(answers()).toEqual(['decline']);
  });
});

describe('rule 9: never during active play, never two in a row', () => {
  it('rule 9: at a boundary that play goes on through nothing is shown, afterwards it is', async () => {
    const page = await ground.play();
    const outcome = await page.evaluate(async () => {
      const { coinslot } = window.play;
      await coinslot.ready;
      coinslot.gameplayStart();
      const during = await coinslot.breakpoint('level-end');
      return `${during.status} ${during.reason}`;
    });
    expect(outcome).toBe('skipped not-at-boundary');
    expect(await page.evaluate(() => window.play.states)).toEqual([]);
    await page.evaluate(() => {
      window.play.coinslot.gameplayStop();
      void window.play.coinslot.breakpoint('level-end');
    });
    await waitState(page, 'review');
  });

  it('rule 9: while one is open another is not asked, nor shown when the first is closed', async () => {
    const page = await ground.play();
    await openReview(page);
    const second = await page.evaluate(async () => {
      const { status, reason } = await window.play.coinslot.breakpoint('level-end');
      return `${status} ${reason}`;
    });
    expect(second).toBe('skipped overlay-busy');
    await page.keyboard.press('Escape');
    expect(await result(page)).toBe('declined declined');
    await frames(page);
    expect(await page.evaluate(() => window.play.states.filter((state) => state === 'review').length)).toBe(1);
  });
});

describe('rules 10 and 11: the game gets back exactly what it had', () => {
  /** Everything of the game that a dialog could have changed, as one text. */
  const inventory = (page: Page): Promise<string> =>
    page.evaluate(() => {
      const { game } = window.play;
      const scenes = game.scene.scenes.map(({ sys, input, cameras }) => ({
        key: sys.settings.key,
        status: sys.settings.status,
        active: sys.isActive(),
        input: input.enabled,
        camera: [cameras.main.zoom, cameras.main.scrollX, cameras.main.scrollY, cameras.main.width],
        children: sys.displayList?.length ?? 0,
      }));
      return JSON.stringify({
        scenes,
        textures: game.textures.getTextureKeys().sort(),
        mute: game.sound.mute,
        listeners: [game.scale.listenerCount('resize'), game.renderer.listenerCount('resize')],
        canvas: [game.canvas.width, game.canvas.height, game.canvas.style.cssText],
        focus: document.activeElement?.tagName,
        dialogs: document.querySelectorAll('[role=dialog]').length,
      });
    });

  for (const renderer of ['canvas', 'webgl'] as const)
    it(`rule 10: after a decline nothing else in the game has changed, to the pixel (${renderer})`, async () => {
      const page = await ground.play({ content: { renderer, camera: 'moved' } });
      await page.evaluate(() => window.play.keep('before'));
      const before = await inventory(page);
      await openReview(page);
      await page.keyboard.press('Escape');
      expect(await result(page)).toBe('declined declined');
      await frames(page);
      await page.evaluate(() => window.play.keep('after'));
      expect(await page.evaluate(() => window.play.same('before', 'after'))).toEqual({ pixels: 360_000, wrong: 0 });
      expect(await inventory(page)).toBe(before);
      expect(await page.evaluate(() => window.play.heard)).toEqual(['Level1.pause', 'Level1.resume']);
      expect(await page.evaluate(() => window.play.coinslot.owned())).toEqual([]);
    });

  it('rule 10: the key that declined, while still held, reaches no one; the next press does', async () => {
    const page = await ground.play();
    await openReview(page);
    await page.keyboard.down('Escape');
    expect(await result(page)).toBe('declined declined');
    await frames(page);
    for (let at = 0; at < 3; at += 1) await page.keyboard.down('Escape');
    await frames(page);
    await page.keyboard.up('Escape');
    expect(await page.evaluate(() => window.play.heard)).toEqual(['Level1.pause', 'Level1.resume']);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => window.play.heard.includes('Level1.keydown Escape'));
  });

  it('rule 10: the button that declined is up when the game reads its gamepad again', async () => {
    const page = await ground.play();
    await page.evaluate(() => window.play.setPad(0, []));
    await openReview(page);
    await page.evaluate(() => window.play.setPad(0, ['back']));
    for (let at = 0; at < 3; at += 1) await frames(page);
    expect(await lastState(page)).toBe('review');
    await page.evaluate(() => window.play.setPad(0, []));
    expect(await result(page)).toBe('declined declined');
    await frames(page);
    expect(await page.evaluate(() => window.play.heard)).toEqual(['Level1.pause', 'Level1.resume']);
  });

  it('rule 11: while an offer is open the game neither steps, sounds nor hears; afterwards it does all three', async () => {
    const page = await ground.play();
    await openReview(page);
    const stepped = await page.evaluate(() => window.play.updates['Level1']);
    await frames(page);
    await page.mouse.click(20, 20);
    await page.keyboard.press('KeyX');
    await frames(page);
    expect(await page.evaluate(() => window.play.updates['Level1'])).toBe(stepped);
    expect(await page.evaluate(() => window.play.game.sound.mute)).toBe(true);
    expect(await page.evaluate(() => window.play.heard)).toEqual(['Level1.pause']);
    await page.keyboard.press('Escape');
    expect(await result(page)).toBe('declined declined');
    await page.waitForFunction((before) => (window.play.updates['Level1'] ?? 0) > before! + 2, stepped);
    expect(await page.evaluate(() => window.play.game.sound.mute)).toBe(false);
    await page.mouse.click(20, 20);
    await page.keyboard.press('KeyX');
    await page.waitForFunction(() => window.play.heard.includes('Level1.keydown KeyX'));
    expect(await page.evaluate(() => window.play.heard)).toEqual([
      'Level1.pause',
      'Level1.resume',
      'Level1.pointerdown',
      'Level1.keydown KeyX',
    ]);
  });

  it('rule 11: gamepads, keys and the page are listened to while a dialog is open, and at no other time', async () => {
    const page = await ground.play({ content: { gamepad: false } });
    await page.evaluate(() => {
      const listening = new Set<string>();
      const seen = { listening, reads: 0 };
      Object.assign(window, { seen });
      for (const [owner, target] of Object.entries({ window, document })) {
        const add = target.addEventListener.bind(target);
        const remove = target.removeEventListener.bind(target);
        const name = (type: string, capture: unknown): string =>
          `${owner} ${type} ${capture === true || (capture as { capture?: boolean } | undefined)?.capture === true}`;
        target.addEventListener = (type: string, listener: never, options: never) => {
          listening.add(name(type, options));
          add(type, listener, options);
        };
        target.removeEventListener = (type: string, listener: never, options: never) => {
          listening.delete(name(type, options));
          remove(type, listener, options);
        };
      }
      const read = navigator.getGamepads.bind(navigator);
      navigator.getGamepads = () => {
        seen.reads += 1;
        return read();
      };
    });
    const seen = (): Promise<{ listening: string[]; reads: number }> =>
      page.evaluate(() => {
        const { seen: now } = window as unknown as { seen: { listening: Set<string>; reads: number } };
        const listening = [...now.listening].sort();
        const { reads } = now;
        now.reads = 0;
        return { listening, reads };
      });
    await frames(page);
    expect(await seen()).toEqual({ listening: [], reads: 0 });
    await openReview(page);
    await frames(page);
    const open = await seen();
    expect(open.listening).toContain('window keydown true');
    expect(open.reads).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    expect(await result(page)).toBe('declined declined');
    await frames(page);
    await seen();
    await frames(page);
    expect(await seen()).toEqual({ listening: [], reads: 0 });
  });
});
