/** `@coinslot/protocol`: see README.md for what this room is and is not, `docs/spec/` for the normative text. */
export * from './codes.ts';
export * from './errors.ts';
export { LIMITS } from './limits.ts';
export { equalBytes, packWire, unpackWire, type Wire } from './encoding.ts';
export * from './contexts.ts';
export * from './signatures.ts';
export * from './certificates/index.ts';
export * from './envelope.ts';
export * from './messages.ts';
export * from './shown.ts';
export * from './money.ts';
export * from './offer-check.ts';
export * from './decision-check.ts';
export * from './declined-check.ts';
export * from './price-list.ts';
export * from './bundle.ts';
export * from './bundle-check.ts';
export { requireLine, requireParagraph } from './text-safety.ts';
