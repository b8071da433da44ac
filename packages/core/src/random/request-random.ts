import type { Draft } from '../contract/draft.js';
import type { VerificationRandom } from '../contract/verification-random.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { drawWeighted, isAccepted } from '../sampling/draw.js';
import type { KeyedRandom, RandomPurpose } from './keyed-random.js';
import { philox4x32 } from './philox.js';

/** All randomness of one request. */
export interface RequestRandom {
  /** The randomness of the round that starts with `committedLength` tokens. */
  round(committedLength: number): KeyedRandom;
  /** What a rule draws from in that round, keyed as the rule says. */
  verification(rule: VerificationRule, draft: Draft, committedLength: number): VerificationRandom;
}

const purposes: Readonly<Record<RandomPurpose, number>> = { draft: 0, accept: 1, residual: 2, sample: 3 };
const mostStages = 2 ** 8;
const mostIndices = 2 ** 22;

/**
 * Randomness keyed by (seed, request), so that a request's draws depend on nothing else.
 *
 * The 64-bit Philox key is Philox itself applied to the counter (seed, request): distinct requests of one
 * seed, and distinct seeds, share a key with the chance of a 64-bit collision. A draw's counter is
 * (committed length, node, stage and purpose and index): a fresh draw every round.
 *
 * @param options.seed whole number, 0 to 2^64 - 1 as bigint, or any safe integer.
 * @param options.request whole number, 0 to 2^32 - 1; default 0.
 */
export function createRequestRandom(options: { seed: number | bigint; request?: number }): RequestRandom {
  const key = requestKey(options.seed, options.request ?? 0);
  const counter = new Uint32Array(4);
  const block = new Uint32Array(4);

  const round = (committedLength: number): KeyedRandom => ({
    uniform(purpose, stage, node, index) {
      if (stage < 0 || stage >= mostStages || index < 0 || index >= mostIndices) {
        throw new InvalidArgumentError(
          `A random counter takes stages 0 to ${mostStages - 1} and indices 0 to ${mostIndices - 1}, not ${stage} and ${index}.`,
        );
      }
      counter[0] = committedLength;
      counter[1] = node + 1;
      counter[2] = (purposes[purpose] << 8) | stage;
      counter[3] = index;
      philox4x32(counter, key, block);
      // 53 random bits: 27 of one word, 26 of the next.
      return (((block[0] as number) >>> 5) * 2 ** 26 + ((block[1] as number) >>> 6)) * 2 ** -53;
    },
  });

  return {
    round,
    verification(rule, draft, committedLength) {
      return rule.randomness === 'round'
        ? roundKeyed(round(committedLength))
        : positionKeyed(round, draft, committedLength);
    },
  };
}

function roundKeyed(random: KeyedRandom): VerificationRandom {
  let asked = 0;
  return {
    accept: (probability, node) => isAccepted(probability, random.uniform('accept', 0, node, asked++)),
    draw: (weights, node) => drawWeighted(weights, random.uniform('residual', 0, node, asked++)),
  };
}

/** The draw for an absolute position is the same in every round and whatever was drafted. */
function positionKeyed(
  round: (committedLength: number) => KeyedRandom,
  draft: Draft,
  committedLength: number,
): VerificationRandom {
  const positionAfter = (node: number): number => {
    let position = committedLength;
    for (let at = node; at >= 0; at = draft.parents[at] as number) position += 1;
    return position;
  };
  const uniform = (node: number): number => round(positionAfter(node)).uniform('sample', 0, -1, 0);
  return {
    accept: (probability, node) => isAccepted(probability, uniform(node)),
    draw: (weights, node) => drawWeighted(weights, uniform(node)),
  };
}

function requestKey(seed: number | bigint, request: number): Uint32Array {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new InvalidArgumentError(`The seed must be a whole number below 2^53, or a bigint, not ${seed}.`);
  }
  if (!Number.isInteger(request) || request < 0 || request >= 2 ** 32) {
    throw new InvalidArgumentError(`The request must be a whole number from 0 to 2^32 - 1, not ${request}.`);
  }
  const wide = BigInt.asUintN(64, BigInt(seed));
  const counter = Uint32Array.of(Number(wide & 0xffffffffn), Number(wide >> 32n), request, 0);
  const block = new Uint32Array(4);
  philox4x32(counter, Uint32Array.of(0, 0), block);
  return block.slice(0, 2);
}
