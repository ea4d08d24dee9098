import { describe, expect, it } from 'vitest';
import { encodeFrame } from '@coinslot/protocol/link';
import type { PassedMessage } from '@coinslot/plugin';
import { describe as describeMessage } from '../../demo-game/src/page/describe.ts';
import { fetchShopFiles } from '../../demo-game/src/pay/files.ts';
import { noticeFor, outcomeOf } from '../../demo-game/src/pay/outcome.ts';
import { GATED_SCENES, TARGETS } from '../../demo-game/src/pay/targets.ts';
import { closedShop } from '../../demo-game/src/shop.ts';
import { chooseStrings } from '../../demo-game/src/strings.ts';

const text = chooseStrings('en', []);
const passed = (name: string, bytes: Uint8Array, checks: PassedMessage['checks'] = []): PassedMessage => ({
  direction: 'wallet→game',
  name,
  bytes,
  checks,
  atMs: 0,
});
const shownDigest = new Uint8Array(32);

describe('how an offer went, read from its messages', () => {
  it.each([
    [
      'declined in the dialog',
      passed('answer', encodeFrame('answer', { seq: 1, answer: 'decline', shownDigest })),
      'declined',
    ],
    [
      'a decline that the wallet confirms',
      passed(
        'refusal',
        encodeFrame('refusal', { seq: 1, code: 'CONSENT_DENIED', charged: 'no', text: 'no', declined: undefined }),
      ),
      'declined',
    ],
    ['left', passed('cancel', encodeFrame('cancel', { seq: 1 })), 'declined'],
    [
      'refused',
      passed(
        'refusal',
        encodeFrame('refusal', {
          seq: 1,
          code: 'INSUFFICIENT',
          charged: 'no',
          text: 'Too little',
          declined: undefined,
        }),
      ),
      'failed',
    ],
    ['undecided', passed('progress', encodeFrame('progress', { seq: 1, state: 'pending' })), 'pending'],
    [
      'a decision that did not verify',
      passed('decision', new Uint8Array(), [{ name: 'signature', ok: false, code: 'BAD_SIGNATURE' }]),
      'failed',
    ],
  ])('%s', (_case, message, kind) => {
    expect(outcomeOf(message)?.kind).toBe(kind);
  });

  it('says nothing about frames on the way', () => {
    expect(outcomeOf(passed('answer', encodeFrame('answer', { seq: 1, answer: 'accept', shownDigest })))).toBeNull();
    expect(outcomeOf(passed('show', new Uint8Array([1])))).toBeNull();
  });

  it('tells a decline kindly, a refusal with its reason, and an absent wallet as that', () => {
    expect(noticeFor({ kind: 'declined' }, 'ready', text)).toBe(text.declined);
    expect(noticeFor({ kind: 'failed', reason: 'Too little' }, 'ready', text)).toContain('Too little');
    expect(noticeFor({ kind: 'none' }, 'absent', text)).toBe(text.walletAway);
    expect(noticeFor({ kind: 'none' }, 'ready', text)).toBe(text.declined);
  });
});

describe('the drawer reads messages', () => {
  it('by their fields, without the numbers that only pair frames', () => {
    const fields = describeMessage(
      passed(
        'refusal',
        encodeFrame('refusal', {
          seq: 9,
          code: 'CEILING',
          charged: 'no',
          text: 'Enough for today',
          declined: undefined,
        }),
      ),
    );
    expect(fields).toContainEqual(['code', 'CEILING']);
    expect(fields.map(([name]) => name)).not.toContain('seq');
  });

  it('never shows the pairing secret', () => {
    const bytes = encodeFrame('paired', { secret: new Uint8Array(32).fill(0xab) });
    expect(JSON.stringify(describeMessage(passed('paired', bytes)))).not.toContain('abab');
  });

  it('says so when bytes cannot be read', () => {
    expect(describeMessage(passed('decision', new Uint8Array([1, 2, 3])))[0]?.[0]).toBe('unreadable');
  });
});

describe('without the publisher’s files', () => {
  it.each([
    ['missing', () => Promise.resolve(new Response('', { status: 404 }))],
    ['answered with a page', () => Promise.resolve(new Response('<p>', { headers: { 'content-type': 'text/html' } }))],
    ['unreachable', () => Promise.reject(new TypeError('offline'))],
  ])('%s: there is no shop', async (_case, get) => {
    expect(await fetchShopFiles(new URL('http://game.test/'), get)).toBeNull();
  });

  it('exactly the levels that cost something stay closed', () => {
    for (const key of ['Level1', 'Level2', 'Level3', 'Level4', 'Level5', 'Bonus'] as const) {
      expect(closedShop.standing(key).kind).toBe(key in TARGETS ? 'closed' : 'free');
      expect(key in GATED_SCENES).toBe(key in TARGETS);
    }
  });
});
