/** The link's socket over a WebSocket class: the browser's, or one of the same interface. */
import type { OpenSocket } from './ports.ts';

/** `new WebSocket(url, protocols)`; in Node a class that sends the `Origin` header itself. */
export type WebSocketClass = new (url: string, protocols: string[]) => WebSocket;

export function webSockets(WebSocketOfHost: WebSocketClass): OpenSocket {
  return (url, subprotocols, events) => {
    const socket = new WebSocketOfHost(url, [...subprotocols]);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) events.message(new Uint8Array(data));
      else socket.close(); // Text frames are not of this protocol.
    };
    socket.onclose = ({ code }) => events.closed(code);
    // A failed connection is told by `close` as well; without a listener Node would throw.
    socket.onerror = () => undefined;
    return { send: (bytes) => socket.send(bytes), close: () => socket.close() };
  };
}
