/** `@coinslot/wallet`: see README.md for what this room is and is not. */
export {
  createProfile,
  openProfile,
  COST_FLOOR,
  type Profile,
  type ProfileOptions,
  type ProfileSetup,
} from './profile/profile.ts';
export { NO_FAIRNESS, PRESET_FAIRNESS } from './profile/presets.ts';
export { restoreProfile, type RestoredProfile, type RestoreOptions } from './account/restore-profile.ts';
export { startHousehold, type HouseholdOptions, type RunningHousehold } from './household/start-household.ts';
export { startWallet, type Wallet, type WalletOptions } from './wallet.ts';
export { WalletError, type WalletFault } from './errors.ts';
export type { AutoPair } from './link/pairing-desk.ts';
export type { Asking, Means, MeansAnswer, MeansId } from './means/port.ts';
export { machineReaders } from './cards/reader-choice.ts';
export type { CardReport, PurseReport, WalletCards } from './cards/wallet-cards.ts';
export type { WantedPurse } from './cards/card-issuing.ts';
export type { CardKind, CardStatus } from './cards/card-shelf.ts';
export type { Clock, Log, Random, Timers } from './ports.ts';
export type { Payment } from './journal/payments.ts';
export type { WalletState } from './journal/state.ts';
