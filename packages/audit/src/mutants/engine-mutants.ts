import { type Distribution, tokenwise, type VerificationRule } from '@foretoken/core';
import { LoopTap } from './loop-tap.js';
import type { Mutant } from './mutant.js';
import { wrapModel } from '../subject/wrapped-model.js';

const rollbackOffByOne: Mutant = {
  name: 'rollback off by one',
  description: 'one rejected token stays in the cache, and later tokens are conditioned on it',
  rule: tokenwise,
  inject: (sound) => ({
    ...sound,
    models: {
      ...sound.models,
      target: wrapModel(sound.models.target, {
        rollbackTo: (wanted, length) => Math.min(length, wanted + 1),
      }),
    },
  }),
  enumerated: { rule: tokenwise, keepsStaleToken: true },
};

const penaltiesAtRoundStart: Mutant = {
  name: "penalties of the round's start",
  description:
    "every drafted position's penalties count the tokens at the round's start (vLLM #18902, SGLang #28179)",
  rule: tokenwise,
  inject: (sound) => {
    const tap = new LoopTap();
    let rows: readonly Float32Array[] = [];
    const target = wrapModel(sound.models.target, {
      onForward: ([request], results) => {
        const [result] = results;
        if (request?.rows === 'all' && result !== undefined) {
          const { logits } = result;
          rows = Array.from({ length: logits.rowCount }, (_, row) => logits.read(row).slice());
        }
        return results;
      },
    });
    const rule: VerificationRule = {
      ...sound.rule,
      verify(draft, targetRows, random) {
        const { context } = tap;
        const transform = draft.tokens.length === 0 ? undefined : context?.transform.clone();
        const faulty =
          transform === undefined
            ? targetRows
            : rows.map((logits, slot): Distribution => transform.apply(logits, tap.start, slot));
        return sound.rule.verify(draft, faulty, random);
      },
    };
    return {
      ...sound,
      models: { ...sound.models, target },
      rule,
      createDrafter: async (models) => tap.watch(await sound.createDrafter(models)),
    };
  },
  enumerated: { rule: tokenwise, countsAtRoundStart: true },
};

/** Faults of the loop's state: its cache and its history. */
export const engineMutants: readonly Mutant[] = [rollbackOffByOne, penaltiesAtRoundStart];
