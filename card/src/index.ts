/** `@coinslot/card`: see README.md for what this room is and is not. */
export * from './ports.ts';
export { memoryStore } from './store/memory-store.ts';
export { fileStore } from './store/file-store.ts';
