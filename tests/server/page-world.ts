/** A server with a month of business, and browsers of its parties: signed in by key or token, over HTTP as anybody would be. */
import { encodeSignIn, sealEnvelope, type PaymentDecision, type SignIn } from '@coinslot/protocol';
import {
  bytes16Of,
  DAY_MS,
  makeOffer,
  makeRequest,
  type Holder,
  type OfferOptions,
  type Player,
} from '../lib/parties.ts';
import { bytesOf, OPERATOR_TOKEN, post, readDecision, urlOf, type Started } from './started-server.ts';

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

let nonces = 0;

/** Envelope `sign-in` of a player. */
export function playerSignIn(started: Started, player: Player, fields: Partial<SignIn> = {}): Uint8Array {
  const message = signInFields(started, { role: 'player', subjectId: hexOf(player.userId), ...fields });
  return sealEnvelope('sign-in', encodeSignIn(message), player.account, []);
}

/** Envelope `sign-in` of a publisher, with its chain. */
export function publisherSignIn(
  started: Started,
  publisher: Holder = started.publisher,
  fields: Partial<SignIn> = {},
): Uint8Array {
  const message = signInFields(started, { role: 'publisher', subjectId: publisher.id, ...fields });
  return sealEnvelope('sign-in', encodeSignIn(message), publisher.signer, publisher.chain);
}

const signInFields = (
  { time, holder }: Started,
  fields: Pick<SignIn, 'role' | 'subjectId'> & Partial<SignIn>,
): SignIn => ({ timeMs: time.nowMs, nonce: bytes16Of(`sign in ${nonces++}`), audience: holder.keyHash, ...fields });

/** The one-time link's path and key for a signed message. */
export async function linkFor(started: Started, envelope: Uint8Array): Promise<string> {
  const answer = await post(started, '/v1/sign-in', envelope);
  const { url, code } = (await answer.json()) as { url?: string; code?: string };
  if (url === undefined) throw new Error(`sign-in: ${answer.status} ${code}`);
  return url;
}

/** A browser's worth of cookies, and the forms that it sends from this server's own pages. */
export class Visitor {
  readonly started: Started;
  cookie: string;

  constructor(started: Started, cookie = '') {
    this.started = started;
    this.cookie = cookie;
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch((await urlOf(this.started)) + path, {
      redirect: 'manual',
      headers: { ...(this.cookie !== '' && { cookie: this.cookie }), 'accept-language': 'en', ...headers },
    });
  }

  async text(path: string): Promise<string> {
    return (await this.get(path)).text();
  }

  /** Sends a form as a browser does, with its Origin; keeps the cookie that comes back. */
  async send(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const origin = await urlOf(this.started);
    const response = await fetch(origin + path, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin,
        'sec-fetch-site': 'same-origin',
        ...(this.cookie !== '' && { cookie: this.cookie }),
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) this.cookie = set.split(';', 1)[0] ?? '';
    return response;
  }

  /** The token that this session's forms on a page carry. */
  async tokenOn(path: string): Promise<string> {
    return /name="token" value="([^"]+)"/.exec(await this.text(path))?.[1] ?? '';
  }

  /** A form of this session, sent with its token. */
  async submit(path: string, fields: Record<string, string>, from = path): Promise<Response> {
    return this.send(path, { token: await this.tokenOn(from), ...fields });
  }
}

async function redeemed(started: Started, link: string): Promise<Visitor> {
  const visitor = new Visitor(started);
  const key = new URL(link, 'http://x').searchParams.get('key') ?? '';
  const response = await visitor.send('/sign-in', { key });
  if (response.status !== 303) throw new Error(`sign-in: ${response.status}`);
  return visitor;
}

export const visitPlayer = async (started: Started, player: Player): Promise<Visitor> =>
  redeemed(started, await linkFor(started, playerSignIn(started, player)));

export const visitPublisher = async (started: Started, publisher?: Holder): Promise<Visitor> =>
  redeemed(started, await linkFor(started, publisherSignIn(started, publisher)));

export async function visitOperator(started: Started): Promise<Visitor> {
  const visitor = new Visitor(started);
  const response = await visitor.send('/operator/sign-in', { secret: OPERATOR_TOKEN });
  if (response.status !== 303) throw new Error(`operator's sign-in: ${response.status}`);
  return visitor;
}

export interface BuyOptions extends OfferOptions {
  from?: Holder;
}

/** Buys with the PIN key, whatever it costs. */
export async function buy(started: Started, player: Player, options: BuyOptions = {}): Promise<PaymentDecision> {
  const { from = started.publisher, ...offered } = options;
  const offer = makeOffer(from, { atMs: started.time.nowMs, nonce: `page world ${nonces++}`, ...offered });
  const request = makeRequest(player, started.holder, offer, { proof: 'pin', chargeMinor: offer.quote.amountMinor });
  return readDecision(started, await bytesOf(await post(started, '/v1/payments', request)));
}

const OFFERS = [
  { offerId: 'level-3', amountMinor: 20n },
  { offerId: 'boss-door', amountMinor: 45n },
  { offerId: 'thirty-minutes', amountMinor: 99n },
] as const;

/** Purchases over the first days of a month, more on some days than on others; the clock ends on the last of them. */
export async function monthOfSales(started: Started, players: readonly Player[], days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    const sales = [2, 1, 4, 0, 3, 5, 1][day % 7] as number;
    for (let i = 0; i < sales; i++) {
      const { offerId, amountMinor } = OFFERS[(day + i) % OFFERS.length] as (typeof OFFERS)[number];
      const player = players[(day + i) % players.length] as Player;
      const terms = {
        offerId,
        salt: bytes16Of(offerId),
        gameId: offerId === 'boss-door' ? 'star-courier' : 'demo-game',
        revision: 1,
        grant: { kind: 'level', target: offerId, quantity: 0, untilMs: 0 },
      } as const;
      await buy(started, player, { terms, quote: { amountMinor } });
    }
    if (day < days - 1) started.time.nowMs += DAY_MS;
  }
}
