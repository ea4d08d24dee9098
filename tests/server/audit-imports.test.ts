/** What `server/src/audit` may import: an auditor who borrows the books' own arithmetic would find them right whatever they say. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = resolve(import.meta.dirname, '../../server/src/audit');
/** Values: the protocol, Node, the reader of XML, and the audit's own files. */
const VALUES = /^(@coinslot\/protocol(\/node)?|node:[a-z]+|fast-xml-parser|\.\/[a-z-]+\.ts)$/;
/** Types only, beside those: rows, and what a store's readers give. */
const TYPES = /^\.\.\/([a-z]+\/(types|store)|store\/port)\.ts$/;

interface Import {
  readonly from: string;
  readonly isType: boolean;
}

/** Everything that a file imports or hands on; `import { type A, b }` counts as values. */
const importsOf = (text: string): Import[] =>
  [
    ...text.matchAll(
      /^(?:import|export)\s+(type\s)?[^;]*?\bfrom '([^']+)';|^import '([^']+)';|\bimport\('([^']+)'\)/gm,
    ),
  ].map(([, type, from, bare, late]) => ({ from: from ?? bare ?? late ?? '', isType: type !== undefined }));

const mayImport = ({ from, isType }: Import): boolean => VALUES.test(from) || (isType && TYPES.test(from));

describe('the audit', () => {
  it.each(readdirSync(FOLDER))(
    '%s imports the protocol, types of rows and readers, and nothing of what it audits',
    (name) => {
      const imports = importsOf(readFileSync(join(FOLDER, name), 'utf8'));
      expect(imports.filter((one) => !mayImport(one))).toEqual([]);
    },
  );

  it.each([
    "import { paymentPostings } from '../ledger/postings.ts';",
    "import { ACCOUNT_KINDS } from '../ledger/types.ts';",
    "import {\n  convert,\n  type Conversion,\n} from '../exchange/conversion.ts';",
    "import type { KindSums } from '../periods/movements.ts';",
    "export { readXml } from '../bank/xml.ts';",
    "const later = await import('../bills/make-bill.ts');",
  ])('may not have: %s', (line) => {
    expect(importsOf(line).every(mayImport)).toBe(false);
  });

  it('dates passwords by its own reading of their messages', () => {
    const text = readFileSync(join(FOLDER, 'passwords.ts'), 'utf8');
    expect(text).not.toMatch(/datedPasswords|standingPassword|pendingPassword|endorsementInput|requireEndorsement/);
  });

  it('is read: every file imports something', () => {
    const files = readdirSync(FOLDER).filter((name) => !['bytes.ts', 'lists.ts'].includes(name));
    for (const name of files)
      expect(importsOf(readFileSync(join(FOLDER, name), 'utf8')).length, name).toBeGreaterThan(0);
  });
});
