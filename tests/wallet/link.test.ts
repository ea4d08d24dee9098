import { decodeFrame, encodeFrame, linkProof } from '@coinslot/protocol/link';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex } from '../../wallet/src/hex.ts';
import { WALLET_LIMITS } from '../../wallet/src/limits.ts';
import { bytes16Of, makeOffer, seedOf } from '../lib/parties.ts';
import { PIN, startWorld, type World } from './world.ts';
import type { GameClient } from './game-client.ts';
import { PageClient } from './page-client.ts';

const secretOf = (game: GameClient): Uint8Array => {
  if (game.secret === undefined) throw new Error('the game is not paired');
  return game.secret;
};

describe('pairing and proof', () => {
  it('comes back with its secret, and both sides prove it', async () => {
    const world = await startWorld();
    const first = await world.game();
    first.close();
    const again = await world.connect();
    const hello = await again.next('hello');
    expect(hello.state).toBe('paired');
    expect((await again.prove(hello, secretOf(first))).payments).toBe('on');
  });

  it.each([
    ['a wrong secret', () => seedOf('wrong'), 'game'],
    ['the wallet’s side of the proof', (secret: Uint8Array) => secret, 'wallet'],
  ] as const)('shuts the door on %s', async (_, secretFor, side) => {
    const world = await startWorld();
    const first = await world.game();
    const game = await world.connect();
    const hello = await game.next('hello');
    const challenge = seedOf('challenge');
    const secret = secretFor(secretOf(first));
    const proof = linkProof(secret, side, challenge, hello.challenge, 'http://127.0.0.1:8375');
    game.send('prove', { challenge, proof, locale: 'en' });
    expect(await game.closed()).toBe(4403);
  });

  it('O9: shuts the door on a secret that is used from another origin, and on a proof that was heard before', async () => {
    const world = await startWorld();
    const first = await world.game();
    const elsewhere = await world.connect();
    const hello = await elsewhere.next('hello');
    const challenge = seedOf('challenge');
    const other = linkProof(secretOf(first), 'game', challenge, hello.challenge, 'http://localhost:8375');
    elsewhere.send('prove', { challenge, proof: other, locale: 'en' });
    expect(await elsewhere.closed()).toBe(4403);

    const heard = await world.connect();
    const { challenge: old } = await heard.next('hello');
    const proof = linkProof(secretOf(first), 'game', challenge, old, 'http://127.0.0.1:8375');
    const replay = await world.connect();
    await replay.next('hello');
    replay.send('prove', { challenge, proof, locale: 'en' });
    expect(await replay.closed()).toBe(4403);
  });

  it('asks the player again about a game that lost its secret, and gives it the same one', async () => {
    const world = await startWorld();
    const first = await world.game();
    const again = await world.connect();
    await again.next('hello');
    again.send('prove', { challenge: seedOf('challenge'), proof: new Uint8Array(), locale: 'en' });
    await again.pair();
    expect(again.secret).toEqual(first.secret);
    expect(world.wallet.profile.state.pairings.length).toBe(1);
  });

  it('waits, after a start, for the vault before it can prove anything', async () => {
    const world = await startWorld();
    const first = await world.game();
    const path = join(world.profilePath, 'journal');
    await world.wallet.close();
    const { openProfile, startWallet } = await import('@coinslot/wallet');
    const profile = openProfile({ path: world.profilePath, clock: () => world.time.nowMs, random: () => seedOf('r') });
    const { roots } = world.tree;
    const wallet = await startWallet({ profile, port: 0, serverUrl: world.serverUrl, roots, environment: 'sandbox' });
    const { GameClient, makePairingHeader } = await import('./game-client.ts');
    const game = await GameClient.connect({ port: wallet.port, header: makePairingHeader(world.publisher) });
    const hello = await game.next('hello');
    expect(hello.state).toBe('paired');
    const welcome = game.prove(hello, secretOf(first));
    await wallet.unlock(PIN);
    expect((await welcome).payments).toBe('on');
    expect(readFileSync(path).length).toBeGreaterThan(0);
    await wallet.close();
  });
});

describe('bounds', () => {
  it('takes six connections of one origin and no seventh', async () => {
    const world = await startWorld();
    for (let i = 0; i < WALLET_LIMITS.connectionsPerOriginMax; i++) await world.connect();
    await expect(world.connect()).rejects.toThrow('403');
    await expect(world.connect({ origin: 'http://localhost:8375' })).resolves.toBeDefined();
  });

  it('limits offers of a game over all its connections, and says so on the page', async () => {
    const world = await startWorld();
    const [one, two] = [await world.game(), await world.connect()];
    await two.prove(await two.next('hello'), secretOf(one));
    const codes: string[] = [];
    for (let i = 0; i < WALLET_LIMITS.offersBurst + 2; i++) {
      const game = i % 2 === 0 ? one : two;
      codes.push((await game.refused(Uint8Array.of(0x90))).code);
    }
    expect(codes.slice(0, -2)).toEqual(Array<string>(WALLET_LIMITS.offersBurst).fill('BAD_ENCODING'));
    expect(codes.slice(-2)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    world.time.nowMs += WALLET_LIMITS.offerEveryMs;
    expect((await one.refused(Uint8Array.of(0x90))).code).toBe('BAD_ENCODING');
  });

  it('closes a connection that floods', async () => {
    const world = await startWorld();
    const game = await world.game();
    for (let i = 0; i < WALLET_LIMITS.framesBurst + 1; i++) game.send('cancel', { seq: 1 });
    expect(await game.closed()).toBe(4429);
  });
});

describe('bad frames', () => {
  const journalOf = (world: World): Buffer => readFileSync(join(world.profilePath, 'journal'));

  type Reach = (game: GameClient, secret: Uint8Array, world: World, nonce: string) => Promise<unknown>;
  const prove = async (game: GameClient, secret: Uint8Array): Promise<unknown> =>
    game.prove(await game.next('hello'), secret);
  const phases: [name: string, reach: Reach][] = [
    ['proving', (game) => game.next('hello')],
    ['open', prove],
    [
      'a dialog',
      async (game, secret, world, nonce) => {
        await prove(game, secret);
        await game.offer(makeOffer(world.publisher, { nonce, atMs: world.time.nowMs }).offerBytes);
      },
    ],
  ];

  it.each(phases)('while %s: close 4400, the wallet lives, nothing is written', async (name, reach) => {
    const world = await startWorld();
    const bad: (Uint8Array | string)[] = [
      'text',
      new Uint8Array(),
      Uint8Array.of(0xc1),
      Uint8Array.of(0x92, 0x63, 0x90),
      encodeFrame('payments', { state: 'on' }),
      encodeFrame('hello', { state: 'paired', challenge: seedOf('x') }),
      encodeFrame('cancel', { seq: 1 }).subarray(0, 2),
      Uint8Array.from([...encodeFrame('cancel', { seq: 1 }), 0]),
    ];
    const first = await world.game();
    const secret = secretOf(first);
    first.close();
    for (const [i, one] of bad.entries()) {
      const game = await world.connect();
      await reach(game, secret, world, `nonce ${i}`);
      const before = journalOf(world);
      game.sendRaw(one);
      expect(await game.closed()).toBe(4400);
      // A dialog that its game leaves is journalled as a decline: that one record is the close's, not the frame's.
      if (name === 'a dialog') expect(world.wallet.profile.state.refusal(hex(bytes16Of(`nonce ${i}`)))).toBeDefined();
      else expect(journalOf(world).equals(before)).toBe(true);
      world.time.nowMs += 5_000;
    }
    expect(world.wallet.profile.state.payments).toEqual([]);
  });

  it('while the player is asked to pair: close 4400, and the question is taken back', async () => {
    const world = await startWorld({ autoPair: false });
    const page = await PageClient.open(world.wallet.pageUrl());
    const before = journalOf(world);
    for (const frame of [encodeFrame('cancel', { seq: 1 }), Uint8Array.of(0xc1)]) {
      const game = await world.connect();
      expect((await game.next('hello')).state).toBe('pairing');
      expect((await page.view()).pairings.length).toBe(1);
      game.sendRaw(frame);
      expect(await game.closed()).toBe(4400);
      expect((await page.view()).pairings).toEqual([]);
    }
    expect(journalOf(world).equals(before)).toBe(true);
  });

  it('an oversized frame is closed by the socket itself', async () => {
    const world = await startWorld();
    const game = await world.game();
    game.sendRaw(new Uint8Array(65_537));
    expect(await game.closed()).toBe(1009);
    await expect(world.connect()).resolves.toBeDefined();
  });

  it('a thousand mutated frames: every one a close or an ordinary answer, no crash, no charge', async () => {
    const world = await startWorld();
    const { offerBytes } = makeOffer(world.publisher);
    const good = [
      encodeFrame('offer', { seq: 1, offer: offerBytes }),
      encodeFrame('answer', { seq: 1, answer: 'accept', shownDigest: seedOf('shown') }),
      encodeFrame('restore', { seq: 2, challenge: seedOf('c'), sessionKey: seedOf('s') }),
      encodeFrame('status', { seq: 3, nonce: bytes16Of('n') }),
      encodeFrame('consumed', { decisionId: bytes16Of('d'), consumed: 5n }),
    ];
    const frames = fc.sample(
      fc
        .tuple(
          fc.constantFrom(...good),
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
          fc.nat(3),
        )
        .map(([frame, changes, cut]) => {
          const mutated = Uint8Array.from(frame);
          for (const [at, value] of changes) mutated[at % mutated.length] = value;
          return mutated.subarray(0, mutated.length - cut);
        }),
      { numRuns: 1_000, seed: 11 },
    );
    let game = await world.game();
    const secret = secretOf(game);
    let closed: number | undefined;
    const watch = (one: GameClient): void => void one.closed().then((code) => (closed = code));
    watch(game);
    for (const frame of frames) {
      world.time.nowMs += 1_000;
      game.sendRaw(frame);
      // A status question is answered, so that each frame has been dealt with before the next is sent.
      game.send('status', { seq: 9, nonce: bytes16Of('unknown') });
      await Promise.race([game.next('refusal'), game.closed()]);
      if (closed === undefined) continue;
      expect([4400, 4429]).toContain(closed);
      closed = undefined;
      game = await world.connect();
      await game.prove(await game.next('hello'), secret);
      watch(game);
    }
    expect(world.wallet.profile.state.payments).toEqual([]);
    game.close();
    const other = await world.connect();
    await other.prove(await other.next('hello'), secret);
    expect((await other.refused(Uint8Array.of(0x90))).code).toBe('BAD_ENCODING');
    expect(decodeFrame(encodeFrame('cancel', { seq: 1 })).kind).toBe('cancel');
  });
});
