/** `@coinslot/protocol/sealing`: content keys and sealed content, apart from what every game loads. */
export * from './sealing.ts';
export * from './sealed-content.ts';
