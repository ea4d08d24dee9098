/** `@coinslot/card`: see README.md for what this room is and is not. */
export * from './ports.ts';
