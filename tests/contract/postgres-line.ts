/** A line between a store and its PostgreSQL that can be cut around a COMMIT, as a network does it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** `before`: COMMIT never arrives. `after`: it does, and its answer never comes back. */
export type Cut = 'before' | 'after';

export interface Line {
  readonly url: string;
  /** The next COMMIT is cut off; resolves when that has happened. */
  cutAtCommit(cut: Cut): Promise<void>;
  /** Nobody gets through until it is opened again. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

/** `url` names a unix socket's folder in its host. */
export async function openLine(url: string): Promise<Line> {
  const { username, password, hostname, pathname } = new URL(url);
  const socketPath = `${decodeURIComponent(hostname)}/.s.PGSQL.5432`;
  let pending: { readonly cut: Cut; done(): void } | undefined;
  let isShut = false;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    if (isShut) return void client.destroy();
    const database = connect(socketPath);
    const both = [client, database];
    let isCutting = false;
    const cutOff = (): void => {
      both.forEach((socket) => socket.destroy());
      pending?.done();
      pending = undefined;
    };
    for (const socket of both) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        both.forEach((one) => one.destroy());
      });
    }
    client.on('data', (bytes) => {
      if (pending !== undefined && bytes.includes('COMMIT')) {
        if (pending.cut === 'before') return cutOff();
        isCutting = true;
      }
      database.write(bytes);
    });
    // The database has answered, so the commit is done; the answer is lost.
    database.on('data', (bytes) => (isCutting ? cutOff() : client.write(bytes)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `postgres://${username}:${password}@127.0.0.1:${address.port}${pathname}`,
    cutAtCommit: (cut) => new Promise((done) => void (pending = { cut, done })),
    shut() {
      isShut = true;
      sockets.forEach((socket) => socket.destroy());
    },
    open() {
      isShut = false;
    },
    async close() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}
