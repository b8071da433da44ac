/**
 * A clock that never goes back: where the other one does, no time has passed. Where that one jumps ahead, this one does
 * too: nobody can tell a jump from a pass that took so long.
 *
 * @param clock milliseconds.
 */
export function steadyClock(clock: () => number): () => number {
  let last = clock();
  let steady = 0;
  return () => {
    const now = clock();
    steady += Math.max(0, now - last);
    last = now;
    return steady;
  };
}
