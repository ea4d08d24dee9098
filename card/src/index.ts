/** `@coinslot/card`: see README.md for what this room is and is not. */
export * from './ports.ts';
export { memoryStore } from './store/memory-store.ts';
export { fileStore } from './store/file-store.ts';
export {
  disperseStore,
  type DisperseOptions,
  type DispersedStore,
  type PlaceFinding,
} from './softcard/disperse-store.ts';
export { fileAnchor, type Anchor, type Mark } from './softcard/anchor.ts';
export { realDisk, type Disk, type DiskFile, type Found } from './softcard/disk.ts';
export type { Finding } from './softcard/places.ts';
export * from './reader/index.ts';
export * from './vpcd/index.ts';
export { createApplet, type AppletOptions } from './applet/applet.ts';
export { AID, ANSWER_TO_RESET, CARD_LIMITS } from './applet/commands.ts';
export {
  CardTerminal,
  withCard,
  type CardChallenge,
  type CardCredit,
  type CardTerminalOptions,
  type PayOptions,
  type PinOutcome,
} from './terminal/card-terminal.ts';
export type { CardFacts, CardInfo, ContentKeysInfo, IssuerObject, PurseState } from './terminal/facts.ts';
export type { CardEntry, CardPayment, CertifiedCard } from './terminal/payment.ts';
export { CardTerminalError } from './terminal/errors.ts';
export type { CardFile, LifeCycle } from './applet/selection.ts';
export type { Standing } from './applet/exchanges.ts';
