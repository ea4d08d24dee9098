/**
 * Recorded sessions from text: a file may hold one session or many, one after the other, as a studio's own collection of real
 * players does. What cannot be read is told with its line, and costs that session only.
 */
import { readRecording, RecordingError, type Recording } from '@coinslot/plugin/timing';

export interface Session {
  /** Of this page only. */
  readonly id: string;
  readonly name: string;
  readonly recording: Recording;
}

export interface SessionFlaw {
  readonly source: string;
  /** In the file, from 1. */
  readonly line: number;
  readonly message: string;
}

export interface ReadSessions {
  readonly sessions: readonly Session[];
  readonly flaws: readonly SessionFlaw[];
}

const HEADER = /^\s*\{[^{}]*"kind"\s*:\s*"session"/;

/** Every session of a file. `game`: sessions of any other are told and left out. */
export function readSessions(source: string, text: string, game: string | undefined): ReadSessions {
  const rows = text.split('\n');
  const starts = rows.flatMap((row, i) => (i === 0 || HEADER.test(row) ? [i] : []));
  const sessions: Session[] = [];
  const flaws: SessionFlaw[] = [];
  starts.forEach((start, nth) => {
    const end = starts[nth + 1] ?? rows.length;
    const tell = (line: number, message: string): void => void flaws.push({ source, line, message });
    try {
      // Without its last line break, a session that a crash cut off in the middle of a file is read as one at its end is.
      const recording = readRecording(rows.slice(start, end).join('\n').trimEnd());
      if (game !== undefined && recording.header.game !== game)
        return tell(start + 1, `is of the game ${recording.header.game}`);
      if (recording.isCut) tell(start + recording.lines.length + 2, 'was cut off here; all before it is used');
      const name = starts.length > 1 ? `${source}, session ${nth + 1}` : source;
      sessions.push({ id: `${source}#${nth}`, name, recording });
    } catch (thrown) {
      if (!(thrown instanceof RecordingError)) throw thrown;
      tell(start + thrown.line, thrown.message.replace(/^line \d+: /, ''));
    }
  });
  return { sessions, flaws };
}
