import type { Distribution } from '../../contract/distribution.js';

/**
 * The distribution given that a token is not drawn: that token removed, the rest renormalised. Undefined where nothing
 * is left. O(support).
 *
 * @param sharpened takes every probability to the power 3/2 before.
 * @param buffer takes the result where it is long enough; the result stays valid as long as it is left alone.
 */
function withoutToken(
  { tokens, probabilities }: Distribution,
  token: number,
  sharpened: boolean,
  buffer: Float64Array | undefined,
): Distribution | undefined {
  const count = probabilities.length;
  const rest =
    buffer !== undefined && buffer.length >= count ? buffer.subarray(0, count) : new Float64Array(count);
  rest.set(probabilities);
  if (sharpened) {
    for (let index = 0; index < count; index++) {
      const probability = rest[index] as number;
      rest[index] = probability * Math.sqrt(probability);
    }
  }
  rest[tokens === undefined ? token : tokens.indexOf(token)] = 0;
  // Summed anew instead of 1 less the token's share: nearly all of the mass may be gone.
  let mass = 0;
  for (let index = 0; index < count; index++) mass += rest[index] as number;
  if (!(mass > 0)) return undefined;
  const scale = 1 / mass;
  for (let index = 0; index < count; index++) rest[index] = (rest[index] as number) * scale;
  return { tokens, probabilities: rest };
}

/**
 * `withoutToken`, into a buffer that is kept.
 *
 * @param buffers kept from tree to tree: nothing that grows with the vocabulary is allocated twice.
 * @param slot which of the buffers; the result stays valid until it is used again.
 * @param sharpened draws rather what is probable: probabilities to the power 3/2. Default: as they are.
 */
export function remainingLaw(
  law: Distribution,
  token: number,
  buffers: Float64Array[],
  slot: number,
  sharpened = false,
): Distribution | undefined {
  const remaining = withoutToken(law, token, sharpened, buffers[slot]);
  if (remaining !== undefined && (buffers[slot]?.length ?? 0) < remaining.probabilities.length) {
    buffers[slot] = remaining.probabilities;
  }
  return remaining;
}
