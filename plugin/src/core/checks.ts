/** The checks of a message as named steps, for the `message` event: those before the failing one held. */
import type { CodeName } from '@coinslot/protocol';
import { codeOf } from './errors.ts';
import type { MessageCheck } from './types.ts';

const STEPS = ['encoding', 'chain', 'signature', 'match', 'time'] as const;
type Step = (typeof STEPS)[number];

/** All steps passed, or those up to the one that `error` names. */
export function checksOf(error?: unknown): readonly MessageCheck[] {
  if (error === undefined) return STEPS.map((name) => ({ name, ok: true }));
  const code = codeOf(error);
  const failed = stepOf(code);
  const before = STEPS.slice(0, STEPS.indexOf(failed)).map((name) => ({ name, ok: true }));
  return [...before, { name: failed, ok: false, ...(code && { code }) }];
}

function stepOf(code: CodeName | undefined): Step {
  if (code === undefined || code === 'BAD_ENCODING' || code === 'TOO_LARGE') return 'encoding';
  if (code === 'BAD_SIGNATURE' || code === 'BAD_KEY') return 'signature';
  if (code === 'CLOCK_SKEW') return 'time';
  return code.startsWith('CHAIN_') ? 'chain' : 'match';
}
