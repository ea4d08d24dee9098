/** The reader port's drivers. */
export { pcscReaders, type PcscOptions } from './pcsc/driver.ts';
export type { ConnectionLimits } from './pcsc/connection.ts';
export { smartcardReaders, type SmartcardOptions, type SmartcardPackage } from './smartcard.ts';
export {
  virtualRack,
  virtualReaders,
  type VirtualClientOptions,
  type VirtualRack,
  type VirtualSlot,
} from './virtual.ts';
