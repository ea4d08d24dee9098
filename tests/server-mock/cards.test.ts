/** Cards at the sandbox: its own issuers, the console's list, and the virtual reader that a town gives it. */
import {
  createApplet,
  memoryStore,
  virtualRack,
  withCard,
  type CardPayment,
  type CardTerminal,
  type Icc,
  type VirtualRack,
  type VirtualSlot,
} from '@coinslot/card';
import {
  ALG,
  decodeCardIssue,
  encodeCardApplication,
  encodeCardUpload,
  keyHash,
  readEnvelope,
  sealEnvelope,
  spkiOf,
  verifyChain,
  withChainByHash,
  type CardIssue,
  type PurseAmount,
} from '@coinslot/protocol';
import type { CardSlots, SamplePlayer } from '@coinslot/server-mock';
import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchBrowser } from '../lib/browser.ts';
import { bytes16Of, makeOffer, makeRequest } from '../lib/parties.ts';
import { axeFindings, overflow } from './page-checks.ts';
import { countedRandom, start, type Started } from './started-sandbox.ts';

const PICTURES = 'test-output/server-mock';
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A town's reader with two cards: one reader, whose slot holds one of them at a time. */
class TownReader implements CardSlots {
  readonly rack: VirtualRack = virtualRack();
  readonly #slot: VirtualSlot = this.rack.add('town');
  readonly #cards = new Map<string, { icc: Icc; cardId: Uint8Array | undefined }>();
  #inserted: string | undefined;

  constructor() {
    void this.add();
  }

  async list() {
    return Promise.resolve(
      [...this.#cards].map(([id, { cardId }]) => ({
        id,
        label: `Plastic ${id}`,
        cardId,
        isInserted: id === this.#inserted,
      })),
    );
  }

  async insert(id: string): Promise<void> {
    const card = this.#cards.get(id);
    if (card === undefined) throw new Error(`no card ${id}`);
    if (this.#inserted !== undefined) await this.pull(this.#inserted);
    await this.#slot.insert(card.icc);
    this.#inserted = id;
  }

  async pull(id: string): Promise<void> {
    if (id === this.#inserted) this.#slot.remove();
    this.#inserted = undefined;
    await Promise.resolve();
  }

  async add(): Promise<void> {
    const id = String(this.#cards.size + 1);
    const icc = createApplet({ store: memoryStore(), random: countedRandom(`plastic ${id}`) });
    this.#cards.set(id, { icc, cardId: undefined });
    await Promise.resolve();
  }

  use<T>(work: (terminal: CardTerminal) => Promise<T>): Promise<T> {
    return withCard(this.rack.client(), 'town', work);
  }

  nameCard(cardId: Uint8Array): void {
    const card = this.#cards.get(this.#inserted ?? '');
    if (card !== undefined) card.cardId = cardId;
  }
}

async function post({ running }: Started, path: string, body: Uint8Array): Promise<Uint8Array> {
  const headers = { 'content-type': 'application/msgpack' };
  const answer = await fetch(running.url + path, { method: 'POST', headers, body: Uint8Array.from(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return new Uint8Array(await answer.arrayBuffer());
}

let nonces = 0;
const nextNonce = (): Uint8Array => bytes16Of(`sandbox card ${nonces++}`);

/** Has the card in the reader issued to a player. */
async function issueTo(started: Started, reader: TownReader, player: SamplePlayer, alg: 1 | 2 = ALG.ed25519) {
  const nonce = nextNonce();
  const publicKey = await reader.use((terminal) => terminal.generateKey(alg));
  const application = encodeCardApplication({
    userId: player.userId,
    publicKey,
    possession: await reader.use((terminal) => terminal.possession(nonce)),
    assurance: 'chip',
    purses: [{ plan: player.plan, currency: player.currency }],
    timeMs: started.time.nowMs,
    nonce,
    audience: started.holder.keyHash,
  });
  const envelope = await post(started, '/v1/cards', sealEnvelope('card-application', application, player.account, []));
  const issue = decodeCardIssue(readEnvelope(envelope).body);
  await reader.use((terminal) => terminal.personalise(issue, { pin: '2468', unblockCode: '13572468' }));
  reader.nameCard(issue.cardId);
  return issue;
}

/** Uploads what the card has, with loads, and gives it the answer. */
async function report(
  started: Started,
  reader: TownReader,
  player: SamplePlayer,
  issue: CardIssue,
  paid: readonly { payment: CardPayment; request: Uint8Array }[],
  loads: readonly PurseAmount[] = [],
): Promise<void> {
  const { challenge, counter, head, proof } = await reader.use((terminal) => terminal.challenge());
  const body = encodeCardUpload({
    userId: player.userId,
    cardId: issue.cardId,
    challenge,
    counter,
    head,
    proof,
    records: paid.map(({ payment, request }) => ({
      request,
      decision: withChainByHash(payment.envelope),
      record: payment.record,
    })),
    loads,
    timeMs: started.time.nowMs,
    nonce: nextNonce(),
    audience: started.holder.keyHash,
  });
  const signer = loads.length > 0 ? player.pin : player.account;
  const answer = await post(started, '/v1/cards/uploads', sealEnvelope('card-upload', body, signer, []));
  await reader.use((terminal) => terminal.credit(answer));
}

async function pay(started: Started, reader: TownReader, player: SamplePlayer, issue: CardIssue) {
  const spki = (await reader.use((terminal) => terminal.select())).spki as Uint8Array;
  const offer = makeOffer(started.publisher, { atMs: started.time.nowMs, nonce: `by card ${nonces++}` });
  const decider = { ...started.holder, keyHash: keyHash(spkiOf(spki)) };
  const request = makeRequest(player, decider, offer);
  const payment = await reader.use((terminal) => terminal.pay(readEnvelope(request).body));
  expect(payment.decision).toMatchObject({ code: 'APPROVED', purse: `prepaid-${player.currency}` });
  expect(issue.userId).toEqual(player.userId);
  return { payment, request };
}

describe.each([
  ['Ed25519', ALG.ed25519],
  ['P-256', ALG.p256],
] as const)('the issuer of %s', (_, alg) => {
  it('issues sandbox cards that hold under the sandbox’s root, over a restart', async () => {
    const reader = new TownReader();
    await reader.insert('1');
    const started = await start({ cards: reader });
    const { ada } = started.running.sandbox.players;
    const { chain } = await issueTo(started, reader, ada, alg);
    const { roots, cardIssuers } = started.running.sandbox;
    expect(verifyChain({ chain, roots, role: 'card', atMs: started.time.nowMs })).toMatchObject({ alg, sandbox: true });
    await started.running.close();
    const again = await start({ home: started.home, cards: reader });
    expect(again.running.sandbox.cardIssuers.map((one) => one.chain)).toEqual(cardIssuers.map((one) => one.chain));
  });
});

describe('the console', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    mkdirSync(PICTURES, { recursive: true });
  });
  afterAll(() => browser.close());

  async function open(started: Started, width = 1280): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: 'light' });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(started.running.url);
    await page.getByText('Live', { exact: true }).waitFor();
    return page;
  }

  it('shows cards as they were last seen, moves virtual ones, and blocks them', async () => {
    const reader = new TownReader();
    const started = await start({ nowMs: Date.now(), cards: reader });
    const { ada } = started.running.sandbox.players;
    const page = await open(started);
    const slots = page.locator('#slots tr');
    expect(await slots.first().innerText()).toMatch(/Plastic 1\s+blank\s+out\s+Insert/);
    await page.getByRole('button', { name: 'Insert Plastic 1' }).click();
    await expect.poll(() => slots.first().innerText()).toMatch(/in the reader/);
    expect((await reader.list())[0]?.isInserted).toBe(true);
    await page.getByRole('button', { name: 'New blank card' }).click();
    await expect.poll(() => slots.count()).toBe(2);

    const issue = await issueTo(started, reader, ada);
    await report(started, reader, ada, issue, [], [{ purse: 'prepaid-EUR', amountMinor: 300n }]);
    const paid = await pay(started, reader, ada, issue);
    const row = page.locator('#cards tr').first();
    const short = hexOf(issue.cardId).slice(0, 6);
    await expect.poll(() => row.innerText()).toMatch(new RegExp(`${short}\\s+Ada, chip\\s+EUR.3\\.00\\s+0\\s+good`));
    await report(started, reader, ada, issue, [paid]);
    await expect.poll(() => row.innerText()).toMatch(/EUR.2\.80\s+1\s+good/);
    await page.getByText(`Ada’s card ${short} reports 1 record`).waitFor();
    expect(await page.locator('#accounts').innerText()).toMatch(
      new RegExp(`card-float\\s+Ada, card ${short}\\s+EUR.2.80`),
    );

    await page.locator('.panel', { has: page.locator('#cards-title') }).screenshot({ path: `${PICTURES}/cards.png` });
    await page.screenshot({ path: `${PICTURES}/cards-page.png`, fullPage: true });
    await page.getByRole('button', { name: `Report lost card ${short} of Ada` }).click();
    await expect.poll(() => row.innerText()).toMatch(/blocked .* reported lost/);
    expect(await row.getByRole('button').count()).toBe(0);
    await page.getByRole('button', { name: 'Pull Plastic 1' }).click();
    await expect.poll(() => slots.first().innerText()).toMatch(/out/);
    expect(await axeFindings(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    const { findings } = await started.running.server.service.verifyBooks();
    expect(findings).toEqual([]);
  });

  it('keeps its cards within a phone’s width', async () => {
    const reader = new TownReader();
    await reader.insert('1');
    const started = await start({ nowMs: Date.now(), cards: reader });
    await issueTo(started, reader, started.running.sandbox.players.ada);
    const page = await open(started, 360);
    await page.locator('#cards tr').first().waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page
      .locator('.panel', { has: page.locator('#cards-title') })
      .screenshot({ path: `${PICTURES}/cards-360.png` });
  });

  it('has no reader and no buttons for one when nobody gave it', async () => {
    const started = await start({ nowMs: Date.now() });
    const page = await open(started);
    expect(await page.locator('#reader').isVisible()).toBe(false);
    expect(await page.locator('#add-card').isVisible()).toBe(false);
    await page.getByText('None yet. A player’s wallet asks for a card').waitFor();
    const headers = { 'content-type': 'application/json', origin: started.running.url };
    const wish = { method: 'POST', headers, body: JSON.stringify({ id: '1' }) };
    expect((await fetch(`${started.running.url}/console/cards/insert`, wish)).status).toBe(404);
  });

  it('takes wishes for cards only from its own page and only of their form', async () => {
    const started = await start({ cards: new TownReader() });
    const wish = (path: string, body: object, headers: Record<string, string> = {}) =>
      fetch(`${started.running.url}/console/cards/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: started.running.url, ...headers },
        body: JSON.stringify(body),
      });
    const statuses = [
      await wish('insert', { id: '../1' }),
      await wish('block', { cardId: 'zz', why: 'lost' }),
      await wish('block', { cardId: '00'.repeat(16), why: 'toString' }),
      await wish('block', { cardId: '00'.repeat(16), why: 'lost' }),
      await wish('insert', { id: '1' }, { origin: 'https://evil.example' }),
      await wish('insert', { id: '1' }, { 'content-type': 'text/plain' }),
      await wish('insert', { id: '1' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 400, 409, 403, 415, 204]);
  });
});
