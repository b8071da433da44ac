/**
 * The smallest integer in [least, most] for which `holds` is true, where `holds` turns from false to true once
 * and is true at `most`. Doubling steps from `start`, then bisection: O(log |answer - start|) calls.
 */
export function smallestInteger(
  holds: (candidate: number) => boolean,
  start: number,
  least: number,
  most: number,
): number {
  const first = Math.min(Math.max(Math.round(start), least), most);
  // Invariant: `holds` is false at `below` (or below = least - 1) and true at `reached`.
  let below: number;
  let reached: number;
  if (holds(first)) {
    reached = first;
    below = first;
    for (let step = 1; below >= least && holds(below); step *= 2) {
      reached = below;
      below = Math.max(least - 1, below - step);
    }
  } else {
    below = first;
    reached = first;
    for (let step = 1; !holds(reached); step *= 2) {
      below = reached;
      reached = Math.min(most, reached + step);
    }
  }
  while (reached - below > 1) {
    const middle = below + Math.floor((reached - below) / 2);
    if (holds(middle)) reached = middle;
    else below = middle;
  }
  return reached;
}
