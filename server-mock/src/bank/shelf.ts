/** Where the sandbox's bank keeps its files and notices: plain files, by number, for who wants to look into them. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BankFileKind } from '@coinslot/server';
import type { BankShelf } from './mock-bank.ts';
import type { HandedFile } from './types.ts';

const FILE_NAME = /^(\d{6})\.(pain\.001|pain\.008|acquirer-csv)\.([A-Za-z0-9.+-]{1,35})$/;
const NOTICE_NAME = /^\d{14}-.*\.xml$/;

export function folderShelf(path: string): BankShelf {
  const [filesPath, noticesPath] = [join(path, 'files'), join(path, 'notices')];
  for (const folder of [filesPath, noticesPath]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = readdirSync(filesPath)
    .sort()
    .flatMap((name) => readFile(filesPath, name));
  const notices = readdirSync(noticesPath)
    .filter((name) => NOTICE_NAME.test(name))
    .sort()
    .map((name) => ({ name, xml: new Uint8Array(readFileSync(join(noticesPath, name))) }));
  let number = files.length;
  return {
    files,
    notices,
    keepFile({ kind, messageId, bytes }) {
      number += 1;
      keep(filesPath, `${String(number).padStart(6, '0')}.${kind}.${messageId}`, bytes);
    },
    keepNotice: ({ name, xml }) => keep(noticesPath, name, xml),
  };
}

function readFile(folder: string, name: string): HandedFile[] {
  const [, , kind, messageId] = FILE_NAME.exec(name) ?? [];
  if (kind === undefined || messageId === undefined) return [];
  return [{ kind: kind as BankFileKind, messageId, bytes: new Uint8Array(readFileSync(join(folder, name))) }];
}

/** Whole or not at all. */
function keep(folder: string, name: string, bytes: Uint8Array): void {
  const part = join(folder, `.${name}.part`);
  writeFileSync(part, bytes, { mode: 0o600, flush: true });
  renameSync(part, join(folder, name));
}
