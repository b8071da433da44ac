import { isDeepStrictEqual } from 'node:util';
import { costCurve, type HeadModel } from '@foretoken/core';
import { anyTokens } from '../any-tokens.js';
import { configurationOf, type ProfiledModel } from '../profiled-model.js';
import type { ProfileStep } from '../profile-step.js';

const longestPass = 32;
const wantedContextTokens = 64;
/** A length is measured at least so often, in turns with the others: fewer say too little. */
const fewestSweeps = 4;

/**
 * What a head's passes cost by their entries: one alone, as in a chain, and several as in a level of a tree. The host's
 * work on their rows is not in it.
 *
 * @param target that it drafts for: it is loaded with as many threads, and pushes the head out of the caches.
 */
export function headPassesStep(head: HeadModel, target: ProfiledModel, clock: () => number): ProfileStep {
  const configuration = configurationOf(target);
  const contextTokens = Math.min(wantedContextTokens, head.contextLength >> 1);
  const longest = Math.min(longestPass, head.maximumPassEntries, head.contextLength - contextTokens);
  const lengths = Array.from({ length: longest }, (_, index) => index + 1);
  return {
    name: `passes of ${head.name}`,
    weight: 1,
    isDone: (profile) =>
      profile.headPasses?.some(
        (entry) => entry.head === head.name && isDeepStrictEqual(entry.target, configuration),
      ) === true,
    async measure(profile, milliseconds, signal) {
      const start = clock();
      const samples = new Map(lengths.map((length): [number, number[]] => [length, []]));
      const sequence = head.createSequence();
      try {
        const features = await readEntries(head, sequence, contextTokens, signal);
        const time = async (length: number): Promise<number> => {
          const begun = clock();
          await sequence.forward(
            {
              tokens: anyTokens(length, head.vocabularySize),
              features: anyTokens(length, head.vocabularySize).map(() => features),
              featuresOf: 'head',
              positions: new Array<number>(length).fill(contextTokens),
              parents: length === 1 ? undefined : new Array<number>(length).fill(-1),
              rows: 'all',
            },
            { signal },
          );
          const taken = clock() - begun;
          sequence.doRollback(contextTokens);
          return taken;
        };
        // The first sweep warms up engine and caches.
        for (let sweep = 0; sweep <= fewestSweeps || clock() - start < milliseconds; sweep++) {
          for (const length of lengths) {
            const taken = await time(length);
            if (sweep > 0) samples.get(length)?.push(taken);
          }
        }
      } finally {
        sequence.close();
      }
      const curve = costCurve(samples);
      profile.headPasses = [
        ...(profile.headPasses ?? []),
        {
          target: configuration,
          head: head.name,
          contextTokens,
          lengths: [...curve.lengths],
          milliseconds: [...curve.milliseconds],
        },
      ];
    },
  };
}

/** Fills a head's sequence with entries of hidden states like any. @returns the feature of the step after the last. */
async function readEntries(
  { hiddenStateWidth, maximumPassEntries, vocabularySize }: HeadModel,
  sequence: ReturnType<HeadModel['createSequence']>,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const hidden = new Float32Array(hiddenStateWidth).fill(1);
  let feature = hidden;
  for (let from = 0; from < count; from += maximumPassEntries) {
    const tokens = anyTokens(Math.min(maximumPassEntries, count - from), vocabularySize);
    const { hiddenStates } = await sequence.forward(
      {
        tokens,
        features: tokens.map(() => hidden),
        featuresOf: 'target',
        positions: tokens.map((_, index) => from + index),
        rows: 'last',
      },
      { signal },
    );
    feature = hiddenStates?.at(-1)?.slice() ?? hidden;
  }
  return feature;
}
