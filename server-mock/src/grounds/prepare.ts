/** `prepareSandbox`: the ground that a sandbox stands on, made on the first start and found again on every other. */
import { encodeRoots, type Alg } from '@coinslot/protocol';
import { issuerEncryptionKey, type CardCertifier, type Clock, type Random } from '@coinslot/server';
import { join } from 'node:path';
import { openAuthority } from './authority.ts';
import { makeCardIssuers, readCardIssuers } from './card-issuers.ts';
import { makeFolder, makeFolderOnce } from './folders.ts';
import { makePlayers, readPlayers, type SamplePlayers } from './players.ts';
import {
  certifyPublisher,
  listCertified,
  makePublishers,
  type CertifiedPublisher,
  type PublisherName,
} from './publishers.ts';
import { encryptionKeyOf, makeServerIdentity, readServerIdentity, type ServerIdentity } from './server-identity.ts';

export interface PrepareOptions {
  /** The folder it all lives in; made when it is not there. */
  readonly home: string;
  readonly clock: Clock;
  /** Makes keys, serial numbers and the operator's token: unpredictable, but for tests. */
  readonly random: Random;
}

export interface Sandbox extends ServerIdentity {
  readonly home: string;
  /** Pinned roots, DER: one, marked as throwaway. */
  readonly roots: readonly Uint8Array[];
  /** The same as the file `roots.coinslot`, which also stands in `<home>/authority/`. */
  readonly rootsFile: Uint8Array;
  /** Where the ledger is: `<home>/server/ledger.sqlite`. */
  readonly storePath: string;
  readonly players: SamplePlayers;
  /** Certify cards of the sandbox, Ed25519 and P-256. */
  readonly cardIssuers: readonly CardCertifier[];
  /** Envelope `encryption-key` of the server, as its door gives it. */
  encryptionKey(nowMs: number): Uint8Array;
  /** The same of its card issuer of an algorithm. */
  cardsEncryptionKey(alg: Alg, nowMs: number): Uint8Array;
  /** Certifies a publisher by a request (PEM) or raw public key; see `certifyPublisher` in `publishers.ts`. */
  certifyPublisher(asked: string | Uint8Array, name?: PublisherName): CertifiedPublisher;
  /** Everybody certified so far, the sample publisher included. */
  certifiedPublishers(): readonly CertifiedPublisher[];
}

/**
 * Makes what is missing in `home`: authority, server identity, card issuers, sample publisher, sample players. Nothing that
 * is there is changed. Files: `authority/`, `server/`, `card-issuers/`, `publishers/`, `players/`.
 */
export function prepareSandbox({ home, clock, random }: PrepareOptions): Sandbox {
  const folder = (name: string): string => join(home, name);
  makeFolder(home);
  const authority = openAuthority(folder('authority'), clock(), random);
  makeFolderOnce(folder('server'), (made) => makeServerIdentity(made, authority, random));
  makeFolderOnce(folder('card-issuers'), (made) => makeCardIssuers(made, authority, random));
  makeFolderOnce(folder('publishers'), (made) => makePublishers(made, authority, random));
  makeFolderOnce(folder('players'), (made) => makePlayers(made, random));
  const roots = [authority.root];
  const identity = readServerIdentity(folder('server'));
  const cardIssuers = readCardIssuers(folder('card-issuers'));
  const issuerOf = (alg: Alg): CardCertifier => {
    const issuer = cardIssuers.find((one) => one.alg === alg);
    if (issuer === undefined) throw new RangeError(`no card issuer of algorithm ${alg}`);
    return issuer;
  };
  return {
    ...identity,
    encryptionKey: (nowMs) => encryptionKeyOf(identity, nowMs),
    cardsEncryptionKey: (alg, nowMs) => issuerEncryptionKey(issuerOf(alg), identity.encryptionSeed, nowMs),
    home,
    roots,
    rootsFile: encodeRoots(roots),
    storePath: join(folder('server'), 'ledger.sqlite'),
    cardIssuers,
    players: readPlayers(folder('players')),
    certifyPublisher: (asked, name) => certifyPublisher(folder('publishers'), authority, random, asked, name),
    certifiedPublishers: () => listCertified(folder('publishers')),
  };
}
