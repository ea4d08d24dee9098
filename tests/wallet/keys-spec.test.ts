/**
 * `docs/spec/keys.md`: its vectors are what the wallet makes, and what its text says, by another implementation. To write the
 * vectors anew, put in what the first test shows.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hkdf } from '@noble/hashes/hkdf.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { userIdOf } from '@coinslot/protocol';
import { nativeSigner } from '@coinslot/protocol/node';
import { beforeAll, expect, it } from 'vitest';
import { dayKeys, daySecretsOf, pinKeys, pinSeedOf } from '../../wallet/src/vault/keys.ts';
import { PASSWORD_COST, passwordSigner } from '../../wallet/src/vault/password.ts';
import { phraseOf } from '../../wallet/src/vault/phrase.ts';

const PAGE = readFileSync(new URL('../../docs/spec/keys.md', import.meta.url), 'utf8');
const SERVER_ID = 'mint';
/** The second one as a keyboard may send it: an accent of its own, a ligature, a wide letter. */
const PASSWORDS = ['correct horse battery', 'Ka\u0308se \ufb01ndet \uff21lle'];

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const written = (name: string): string => PAGE.split(`\n${name}\n  `)[1]?.split('\n')[0] ?? '';

const master = new Uint8Array(createHash('sha256').update('coinslot test master').digest());
const secrets = daySecretsOf(master);
const day = dayKeys(secrets);
const userId = userIdOf(day.account.publicKey);
const place = { accountSecret: secrets.accountSecret, serverId: SERVER_ID, userId };

let vectors: string;

beforeAll(async () => {
  const values: [name: string, value: string][] = [
    ['phrase', phraseOf(master).join(' ')],
    ['day seed', toHex(secrets.seed)],
    ['PIN seed', toHex(pinSeedOf(master))],
    ['account secret', toHex(secrets.accountSecret)],
    ['press key', toHex(day.press.publicKey)],
    ['account key', toHex(day.account.publicKey)],
    ['PIN key', toHex(pinKeys(pinSeedOf(master)).signer.publicKey)],
    ['player key at "lumen-works"', toHex(day.player('lumen-works').publicKey)],
    ['user id', toHex(userId)],
  ];
  for (const password of PASSWORDS)
    values.push([
      `password key of ${JSON.stringify(password.normalize('NFKC'))}`,
      toHex((await passwordSigner(password, place)).publicKey),
    ]);
  vectors = values.map(([name, value]) => `${name}\n  ${value}\n`).join('');
});

it('the vectors are those of the wallet', () => {
  expect(PAGE.split('<!-- worked:player-keys -->\n```text\n')[1]?.split('```')[0]).toBe(vectors);
});

it('the key of the second password by the text of the page alone', () => {
  const draw = (secret: Uint8Array, label: string): Uint8Array =>
    hkdf(sha256, secret, utf8('coinslot/1 wallet keys'), utf8(label), 32);
  const accountSecret = draw(master, 'account secret').slice(0, 16);
  expect(toHex(accountSecret)).toBe(written('account secret'));
  const id = Buffer.from(written('user id'), 'hex');
  const salt = sha256(Buffer.concat([utf8(`coinslot/1 password salt\0${SERVER_ID}\0`), id]));
  const password = PASSWORDS[1]!.normalize('NFKC');
  const stretched = scrypt(utf8(password), salt, { N: 65_536, r: 8, p: 1, dkLen: 32 });
  expect(PASSWORD_COST).toEqual({ N: 65_536, r: 8, p: 1 });
  const secret = hkdf(sha256, stretched, accountSecret, utf8('coinslot/1 password key'), 32);
  const { publicKey } = nativeSigner(secret);
  expect(toHex(publicKey)).toBe(written(`password key of ${JSON.stringify(password)}`));
});
