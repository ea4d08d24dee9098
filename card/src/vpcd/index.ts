/** A card for the virtual reader of vsmartcard. */
export {
  virtualCard,
  VPCD_PORT,
  type VirtualCard,
  type VirtualCardOptions,
  type VirtualCardState,
} from './virtual-card.ts';
export { describeReaders, runCardProgram, type CardProgramOptions } from './card-program.ts';
