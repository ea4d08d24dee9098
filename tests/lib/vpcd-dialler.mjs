/**
 * Dials ports for a parent outside this network namespace: gets `{ id, host, port }`, answers `{ id }` with the open socket, or
 * `{ id, error }`. Ends with its parent.
 */
import { Socket } from 'node:net';

process.on('message', ({ id, host, port }) => {
  // Paused before it connects: what the other side sends at once is for the parent to read.
  const socket = new Socket().pause();
  const onError = (error) => process.send({ id, error: String(error) });
  socket.once('error', onError);
  socket.connect({ host, port }, () => process.send({ id }, socket));
});
process.on('disconnect', () => process.exit());
process.send({ id: 0 });
