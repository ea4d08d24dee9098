/** node:http with its bounds set: headers, times, connections; and its end, which lets answers under way be given. */
import { createServer, STATUS_CODES, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { ServerLimits } from '../limits.ts';
import type { Listener } from './listener.ts';
import { tlsOptions, type TlsIdentity } from './tls.ts';

/** Speaks HTTP, or with an identity TLS and nothing else. */
export function createHttpServer(listener: Listener, limits: ServerLimits, tls?: TlsIdentity): Server | TlsServer {
  const options = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headerTimeMs,
    requestTimeout: limits.requestTimeMs,
    connectionsCheckingInterval: limits.timeCheckMs,
    keepAliveTimeout: limits.keepAliveMs,
    requireHostHeader: true,
    insecureHTTPParser: false,
  };
  const server =
    tls === undefined
      ? createServer(options, listener)
      : createTlsServer({ ...options, ...tlsOptions(tls), handshakeTimeout: limits.headerTimeMs }, listener);
  server.maxConnections = limits.connectionsMax;
  // One more than is allowed, so that the listener sees that there were too many; node drops the rest unsaid.
  server.maxHeadersCount = limits.headersMax + 1;
  // For a peer that does not read its answer: the socket is quiet both ways.
  server.setTimeout(limits.requestTimeMs + limits.keepAliveMs);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseRaw(error.code, socket));
  return server;
}

const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Before there is a request there is only a socket: a bare status, and the end. */
function refuseRaw(code: string | undefined, socket: Socket): void {
  // Whoever cannot speak TLS cannot read a status either.
  const isUnheard = code === 'ECONNRESET' || /^ERR_(SSL|TLS)_/.test(code ?? '');
  if (!socket.writable || isUnheard) return void socket.destroy();
  const status = STATUS_OF[code ?? ''] ?? 400;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

export function listen(server: Server | TlsServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Takes no more connections, waits for the answers under way, and cuts what is left after `stopTimeMs`. */
export function closeHttpServer(server: Server | TlsServer, stopTimeMs: number): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), stopTimeMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
