import type { SampleAudit } from './audit-samples.js';

/** Standard deviations from which a surplus or a lack is one. */
const clear = 4;

/** The most likely cause of a difference, by where it begins and which tokens come out too often. */
export function sampleCause(
  { draws, firstToken, ranks = [], prompts }: Omit<SampleAudit, 'verdict'>,
  position: number,
  distinct: number,
): string {
  if (draws > 10 * prompts.length && distinct <= prompts.length) {
    return 'every draw of a prompt is the same: the server ignores the seed, caches answers, or decodes greedily';
  }
  if ((firstToken?.impossible ?? 0) > 0) {
    return 'tokens come out that the reported probabilities rule out: other settings are in force than were asked for, or the probabilities are those of another step';
  }
  const classes = ranks.find((rank) => rank.position === position)?.ranks ?? [];
  const [favourite] = classes;
  const lean =
    favourite === undefined
      ? 0
      : (favourite.observed - favourite.expected) / Math.sqrt(Math.max(favourite.expected, 1));
  if (position === 1) {
    const tail = classes.at(-1);
    if (tail !== undefined && tail.expected - tail.observed > clear * Math.sqrt(tail.expected)) {
      return 'rare tokens come out too rarely: the server truncates by default (top-k, top-p, min-p) or lowers the temperature, and reports probabilities from before it; switch that off (llama-server: --endpoint-set top_k=0 --endpoint-set min_p=0)';
    }
    if (lean > clear) {
      return 'likely tokens come out too often from the first one on: the probabilities are reported before temperature or truncation, another temperature is in force than was asked for, or drafted tokens are accepted too readily';
    }
    if (lean < -clear) {
      return 'likely tokens come out too rarely from the first one on: the probabilities are reported after settings that draws do not have, another temperature is in force, or drafted tokens are rejected too readily';
    }
    return 'the first token is not drawn from what is reported: other sampler settings are in force, or drafted tokens are accepted or replaced wrongly';
  }
  if (lean > clear) {
    return 'the first token is right and likely ones come out too often after it: drafted tokens are accepted too readily, as where greedy guesses are tested by a ratio of probabilities';
  }
  if (lean < -clear) {
    return 'the first token is right and likely ones come out too rarely after it: drafted tokens are rejected too readily, or replaced from the wrong distribution';
  }
  return 'the first token is right and later ones are not: the verification of drafted tokens, or state between positions (cache rollback, penalties, stale probabilities)';
}
