/** The wallet's page without a browser: its session, its view, its actions. */
import type { PageView } from '../../wallet/src/page/view.ts';

export interface Done {
  done: boolean;
  code?: string;
  words?: readonly string[];
}

export class PageClient {
  readonly #url: string;
  readonly #cookie: string;
  readonly #key: string;

  private constructor(url: string, cookie: string, key: string) {
    this.#url = url;
    this.#cookie = cookie;
    this.#key = key;
  }

  /** Uses up a one-time address. */
  static async open(pageUrl: string): Promise<PageClient> {
    const response = await fetch(pageUrl);
    if (response.status !== 200) throw new Error(`the page answered ${response.status}`);
    const key = /name="page-key" content="([^"]*)"/.exec(await response.text())?.[1] ?? '';
    const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return new PageClient(new URL('/', pageUrl).href, cookie, key);
  }

  /** Headers of an honest request of the page; `change` takes some away or alters them. */
  headers(change: Record<string, string | undefined> = {}): Record<string, string> {
    const all = {
      cookie: this.#cookie,
      'x-coinslot-page': this.#key,
      origin: this.#url.slice(0, -1),
      'content-type': 'application/json',
      ...change,
    };
    return Object.fromEntries(Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined));
  }

  post(path: string, body: string, headers = this.headers()): Promise<Response> {
    return fetch(new URL(path, this.#url), { method: 'POST', headers, body, redirect: 'manual' });
  }

  get(path: string, headers = this.headers()): Promise<Response> {
    return fetch(new URL(path, this.#url), { headers, redirect: 'manual' });
  }

  async act(name: string, fields: object = {}): Promise<Done> {
    return (await (await this.post(`/api/${name}`, JSON.stringify(fields))).json()) as Done;
  }

  async view(): Promise<PageView> {
    return (await (await this.get('/api/view')).json()) as PageView;
  }
}
