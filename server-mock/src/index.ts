/** `@coinslot/server-mock`: see README.md for what this room is and is not. */
export { prepareSandbox, type PrepareOptions, type Sandbox } from './grounds/prepare.ts';
export { PAPER_MOON, type CertifiedPublisher, type PublisherName } from './grounds/publishers.ts';
export type { SamplePlayer, SamplePlayers } from './grounds/players.ts';
export { SANDBOX_LIMITS } from './grounds/authority.ts';
export { SANDBOX_PORT, startSandbox, type RunningSandbox, type SandboxOptions } from './start.ts';
export type { CardSlots, VirtualCard } from './card-slots.ts';
export type { BankPayment } from './operator.ts';
export { MAGIC_AMOUNTS, SLOW_MS } from './faults/hooks.ts';
export { SKEW_MS } from './faults/clock.ts';
export { FAULT_MODES, FAULT_NAMES, FaultSwitches, type FaultMode, type FaultName } from './faults/switches.ts';
export { createMockBank, type BankShelf, type MockBankOptions } from './bank/mock-bank.ts';
export { MAGIC_BANK_AMOUNTS, outcomeByAmount, RETURN_REASONS } from './bank/outcomes.ts';
export type {
  BankBalance,
  BankOutcome,
  HeardFile,
  HeardOrder,
  IncomingTransfer,
  MockBank,
  OrderState,
  SettledOrder,
} from './bank/types.ts';
