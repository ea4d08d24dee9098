/** T1, T15: messages of cards cut and with bits turned: refused by a code, never by an exception, and nothing is changed. */
import { ProtocolError } from '@coinslot/protocol';
import { expect, it } from 'vitest';
import { seedOf } from '../lib/parties.ts';
import { CardHolder } from './card-holder.ts';
import { enrolPlayer, post, requireBooks, startMarket, type Started } from './started-server.ts';

const FLIPS = 300;

/** Cut at every 13th byte, one byte too long, and bits turned all over. */
function* mutated(message: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length < message.length; length += 13) yield message.slice(0, length);
  yield Uint8Array.from([...message, 0]);
  for (let i = 0; i < FLIPS; i++) {
    const [a = 0, b = 0, c = 0, bit = 0] = seedOf(`flip ${i} of ${message.length}`);
    const at = (a * 65_536 + b * 256 + c) % message.length;
    yield message.map((byte, j) => (j === at ? byte ^ (1 << (bit & 7)) : byte));
  }
}

async function everything({ server }: Started): Promise<unknown> {
  const { records, cards } = server.service;
  return [
    await records.listAccounts(0n, 500),
    await records.listTransfers(0n, 500),
    await cards.list(new Uint8Array(16), 9),
  ];
}

it.each(['card-application', 'card-upload', 'card-request'] as const)('%s', async (type) => {
  const started = await startMarket();
  const player = await enrolPlayer(started);
  const card = await CardHolder.loaded(started, player, 300n);
  await card.pay('first');
  await card.pay('second');
  const blank = await CardHolder.blank(started, player, { name: 'blank' });
  const { cards } = started.server.service;
  const [message, path, take] = {
    'card-application': [await blank.apply(), '/v1/cards', (bytes: Uint8Array) => cards.issue(bytes)] as const,
    'card-upload': [await card.upload(), '/v1/cards/uploads', (bytes: Uint8Array) => cards.upload(bytes)] as const,
    'card-request': [card.ask('lost'), '/v1/cards/lost', (bytes: Uint8Array) => cards.lost(bytes)] as const,
  }[type];
  const before = await everything(started);
  for (const bytes of mutated(message)) {
    const refused = await take(bytes).then(
      () => 'taken',
      (error: unknown) => (error instanceof ProtocolError ? 'refused' : error),
    );
    expect(refused).toBe('refused');
  }
  expect(await everything(started)).toEqual(before);
  expect([200, 201]).toContain((await post(started, path, message)).status);
  await requireBooks(started);
});
