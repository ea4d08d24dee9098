/** node:http with its bounds set: headers, times, connections; and its end, which lets answers under way be given. */
import { createServer, STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ServerLimits } from '../limits.ts';
import type { Listener } from './listener.ts';

export function createHttpServer(listener: Listener, limits: ServerLimits): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headerTimeMs,
      requestTimeout: limits.requestTimeMs,
      connectionsCheckingInterval: limits.timeCheckMs,
      keepAliveTimeout: limits.keepAliveMs,
      requireHostHeader: true,
      insecureHTTPParser: false,
    },
    listener,
  );
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
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy();
  const status = STATUS_OF[code ?? ''] ?? 400;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

export function listen(server: Server, port: number, host: string): Promise<number> {
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
export function closeHttpServer(server: Server, stopTimeMs: number): Promise<void> {
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
