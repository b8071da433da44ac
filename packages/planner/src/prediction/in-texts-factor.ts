import type { RoundsInTextsEntry, TimedRounds } from '../profile/profile-schema.js';
import { linearBetween } from './linear-between.js';

/** With fewer rounds on either side a few slow ones decide. */
export const fewestRounds = 20;
/** A length of which so many were timed has a factor of its own. */
const fewestOfOneLength = 50;
/**
 * Fewer rounds tell little more than the costs that they correct: a machine that was disturbed for a while tells of itself. So many
 * took turns with plain ones for long enough to tell more than a cost that one slow stretch may have decided.
 */
const fewestUnbounded = 200;
/** Of a factor from fewer, and of what the plain rounds among drafts add to one. */
const mostFactor = 1.5;

/**
 * What rounds with drafted tokens take in texts over what costs measured one length after the other tell, by the number of
 * drafted tokens, so that texts that draft take as long as they did, held against the same ones decoded plainly. The plain
 * rounds among drafts are told to take what plain ones do: what they take longer is the drafts' cost. Between lengths that
 * were timed often the factor is linear, beyond them the nearest one's; without any it is that of all lengths together.
 *
 * @param costAt milliseconds of a round by drafted tokens and tokens in the cache.
 * @returns 1 for all lengths where too little was measured.
 */
export function inTextsFactor(
  { plain, drafting }: Pick<RoundsInTextsEntry, 'plain' | 'drafting'>,
  costAt: (draftedCount: number, contextTokens: number) => number,
): (draftedCount: number) => number {
  const told = ({ rounds, contextTokens }: TimedRounds, drafted: number): number =>
    rounds === 0 ? 0 : rounds * costAt(drafted, contextTokens / rounds);
  const cells = drafting.map((cell, drafted) => ({ ...cell, drafted, told: told(cell, drafted) }));
  const [idle, ...drafts] = cells;
  const total = (value: (cell: (typeof cells)[number]) => number): number =>
    drafts.reduce((sum, cell) => sum + value(cell), 0);
  const rounds = total((cell) => cell.rounds);
  const isKnown = Math.min(rounds, plain.rounds) >= fewestRounds && plain.milliseconds > 0;
  if (idle === undefined || !isKnown) return () => 1;
  // As fast as the machine was when the costs were measured.
  const speed = told(plain, 0) / plain.milliseconds;
  const idleRest = (idle.milliseconds * speed - idle.told) / rounds;
  const factorOf = (cell: { rounds: number; milliseconds: number; told: number }): number => {
    const own = cell.milliseconds * speed;
    const factor = bounded(own + cell.rounds * idleRest, own) / cell.told;
    return cell.rounds < fewestUnbounded ? bounded(factor) : factor;
  };
  const often = drafts.filter((cell) => cell.rounds >= fewestOfOneLength);
  const own = linearBetween(new Map(often.map((cell) => [cell.drafted, factorOf(cell)])));
  if (own !== undefined) return own;
  const all = factorOf({
    rounds,
    milliseconds: total((cell) => cell.milliseconds),
    told: total((cell) => cell.told),
  });
  return () => all;
}

function bounded(value: number, around = 1): number {
  return Math.min(mostFactor * around, Math.max(around / mostFactor, value));
}
