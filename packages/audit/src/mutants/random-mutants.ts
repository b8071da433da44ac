import { block, tokenwise } from '@foretoken/core';
import type { KeyedRandom } from '@foretoken/core';
import { LoopTap, ruleWithNumbers } from './loop-tap.js';
import type { Mutant } from './mutant.js';

/** A rejected token's random number also chooses its replacement. */
const sharedNumber: Mutant = {
  name: 'one number for accept and residual',
  description: 'the number that rejected a token also draws its correction (vLLM #54282 shared Gumbel noise)',
  rule: tokenwise,
  inject: (sound) => {
    const tap = new LoopTap();
    return {
      ...sound,
      rule: ruleWithNumbers(sound.rule, tap, (_, position) => {
        const { committedLength } = tap;
        // One number for every position of every round.
        return tap.firstRandom.uniform('sample', committedLength % 256, position, 1);
      }),
      createDrafter: async (models) => tap.watch(await sound.createDrafter(models)),
    };
  },
  enumerated: {
    rule: tokenwise,
    randomKey: (purpose, position, start) => (purpose === 'draft' ? undefined : `${start}:${position}`),
  },
};

/** Every draw of a position has one number, whatever round it falls in. */
const positionKeyed: Mutant = {
  name: 'randomness keyed by position under block verification',
  description: 'a position that is drawn again in a later round gets the same random numbers again',
  rule: block,
  inject: (sound) => {
    const tap = new LoopTap();
    return {
      ...sound,
      rule: ruleWithNumbers(sound.rule, tap, (purpose, position) =>
        tap.firstRandom.uniform(purpose, 0, position, 0),
      ),
      createDrafter: async (models) =>
        tap.watch(await sound.createDrafter(models), (context) => {
          const random: KeyedRandom = {
            uniform: (purpose, stage, node, index) =>
              tap.firstRandom.uniform(purpose, stage, context.tokens.length + node, index),
          };
          return { ...context, random };
        }),
    };
  },
  enumerated: { rule: block, randomKey: (purpose, position) => `${purpose}:${position}` },
};

/** Random numbers used twice. */
export const randomMutants: readonly Mutant[] = [sharedNumber, positionKeyed];
