/** `@coinslot/plugin/core`: the plugin without Phaser, for scripts, tests and other engines. */
export { Coinslot } from './coinslot.ts';
export { Emitter, type Listener } from './emitter.ts';
export { indexedDbStore, memoryStore } from './store.ts';
export { webSockets, type WebSocketClass } from './web-socket.ts';
export { systemClock, systemRandom } from './system.ts';
export type * from './ports.ts';
export type * from './types.ts';
