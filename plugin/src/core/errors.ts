/** Reading errors without the protocol's classes, which the plugin's entry does not load. */
import type { CodeName } from '@coinslot/protocol';

/** A code that an error of the protocol carries. */
export function codeOf(error: unknown): CodeName | undefined {
  return error instanceof Error && error.name === 'ProtocolError'
    ? (error as Error & { code: CodeName }).code
    : undefined;
}

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
