/** What a session cannot say, in a designer's words: for the lab's timeline and the replay at a terminal. */

/** Of placements that the player of a recorded session never came to; `names` has one at least. */
export function unreachedText(names: readonly string[]): string {
  const [last, ...before] = [...names].reverse();
  const all = before.length === 0 ? last : `${before.reverse().join(', ')} or ${last}`;
  return `the player never came to ${all}, so this session says nothing about ${names.length === 1 ? 'it' : 'them'}`;
}
