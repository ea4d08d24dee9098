#!/usr/bin/env node
/** `coinslot-authority`: runs one command; exits with 0, or with 1 after an error and its hint on standard error. */
import { buildProgram } from './commands.ts';
import { ProtocolError } from '@coinslot/protocol';
import { AuthorityError } from './errors.ts';

const program = buildProgram({ nowMs: Date.now(), print: (line) => console.log(line) });
try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof AuthorityError || error instanceof ProtocolError)) throw error;
  console.error(`error: ${error.message}${error instanceof ProtocolError ? ` (${error.code})` : ''}`);
  if (error.hint) console.error(`hint: ${error.hint}`);
  process.exitCode = 1;
}
