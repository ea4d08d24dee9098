/** The recovery phrase before the player: shown once, then with the PIN only; written down once two words were typed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openProfile } from '@coinslot/wallet';
import { describe, expect, it } from 'vitest';
import { WALLET_LIMITS } from '../../wallet/src/limits.ts';
import { PageClient } from './page-client.ts';
import { PIN, random, startWorld, type World } from './world.ts';

const viewOf = async (page: PageClient) => (await page.view()).keys;

async function newWallet(): Promise<{ world: World; page: PageClient; words: readonly string[] }> {
  const world = await startWorld({ isNew: true });
  const page = await PageClient.open(world.wallet.pageUrl());
  const setUp = { pin: PIN, language: 'en', currency: 'EUR', plan: 'prepaid' };
  const { words = [] } = await page.act('set-up', setUp);
  expect(words).toHaveLength(24);
  return { world, page, words };
}

describe('recovery phrase on the page', () => {
  it('comes with setting up, and is written down once the two words that are asked for were typed', async () => {
    const { world, page, words } = await newWallet();
    const { phraseWordsAsked: asked } = await viewOf(page);
    expect(asked).toHaveLength(2);
    const [low = 0, high = 0] = asked;
    expect(low >= 1 && low < high && high <= 24).toBe(true);
    const [first = '', second = ''] = [words[low - 1], words[high - 1]];
    expect(await page.act('phrase-words', { first: `${first}x`, second })).toMatchObject({ code: 'PHRASE_WRONG' });
    expect(await viewOf(page)).toMatchObject({ isPhraseKept: false, phraseWordsAsked: asked });
    expect(await page.act('phrase-words', { first: ` ${first.toUpperCase()} `, second })).toEqual({ done: true });
    expect(await viewOf(page)).toMatchObject({ isPhraseKept: true, phraseWordsAsked: [] });
    expect(await page.act('phrase-words', { first, second })).toMatchObject({ code: 'GONE' });
    await world.wallet.close();
    const again = openProfile({ path: world.profilePath, clock: () => world.time.nowMs, random });
    expect(again.state.isPhraseKept).toBe(true);
    again.close();
  });

  it('comes again with the PIN only, and sets a new one for a forgotten one', async () => {
    const { page, words } = await newWallet();
    expect(await page.act('show-phrase', { pin: '0000' })).toMatchObject({ code: 'PIN_WRONG' });
    expect(await page.act('show-phrase', { pin: PIN })).toEqual({ done: true, words });
    const phrase = words.join(' ');
    expect(phrase.length).toBeLessThan(WALLET_LIMITS.pageBodyBytesMax);
    expect(await page.act('reset-pin', { phrase: phrase.replace(/^\w+/, 'zebra'), next: '13579' })).toMatchObject({
      code: 'PHRASE_WRONG',
    });
    expect(await page.act('reset-pin', { phrase, next: '13579' })).toEqual({ done: true });
    expect(await page.act('unlock', { pin: PIN })).toMatchObject({ code: 'PIN_WRONG' });
    expect(await page.act('unlock', { pin: '13579' })).toEqual({ done: true });
  });

  it('is in no file of the profile', async () => {
    const { world, words } = await newWallet();
    for (const name of readdirSync(world.profilePath)) {
      const text = readFileSync(join(world.profilePath, name), 'latin1');
      expect(words.filter((word) => word.length > 5 && text.includes(word))).toEqual([]);
    }
  });
});
