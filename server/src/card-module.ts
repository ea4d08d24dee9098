/**
 * The operator's module that gives the server its card issuers: this room makes no certificates, and in a live house the keys
 * are in a machine of their own, which only code can speak to.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CardCertifier } from './cards/issuers.ts';
import type { CardPolicy } from './cards/policy.ts';
import { ConfigError } from './config.ts';

export interface CardModule {
  readonly cardIssuers: readonly CardCertifier[];
  readonly cardPolicy?: CardPolicy;
}

const PARTS: readonly (readonly [name: keyof CardCertifier, type: string])[] = [
  ['alg', 'number'],
  ['chain', 'object'],
  ['signer', 'object'],
  ['certify', 'function'],
  ['listRevoked', 'function'],
];

/** Throws ConfigError for what is no such module. Whether anybody would believe its issuers is seen at the start. */
export async function loadCardModule(path: string): Promise<CardModule> {
  const loaded = await load(path);
  const { cardIssuers, cardPolicy } = loaded;
  if (!Array.isArray(cardIssuers) || !cardIssuers.every(isCertifier))
    throw new ConfigError(
      `${path}: exports no cardIssuers`,
      'export const cardIssuers = [cardCertifier({ chain, privateKey })]; see the README',
    );
  return { cardIssuers, ...(cardPolicy !== undefined && { cardPolicy: cardPolicy as CardPolicy }) };
}

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new ConfigError(
      `${path}: cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      undefined,
      cause,
    );
  }
}

function isCertifier(value: unknown): value is CardCertifier {
  if (typeof value !== 'object' || value === null) return false;
  return PARTS.every(([name, type]) => typeof (value as Record<string, unknown>)[name] === type);
}
