import type { BatchToken, ContextLimits } from './llama-context.js';

/** A token of a pass: where it came from, and what is wanted of it. */
export interface PassToken extends BatchToken {
  /** Index of its request. */
  readonly request: number;
  readonly hiddenState: boolean;
}

/** What one native call computes. */
export interface Batch {
  readonly tokens: readonly PassToken[];
  /** Hidden states make every token of the call an output. */
  readonly hiddenStates: boolean;
}

/**
 * Splits a pass into batches within the engine's limits, in order. A pass that fits into one stays one. Of a
 * longer one, tokens whose hidden states are not wanted go without them: those of a prompt would otherwise be
 * outputs, of which a call takes only a few.
 */
export function splitBatches(
  tokens: readonly PassToken[],
  { batchSize, outputs }: Pick<ContextLimits, 'batchSize' | 'outputs'>,
): Batch[] {
  if (tokens.length <= outputs) {
    return [{ tokens, hiddenStates: tokens.some(({ hiddenState }) => hiddenState) }];
  }
  const batches: { tokens: PassToken[]; hiddenStates: boolean; outputCount: number }[] = [];
  for (const token of tokens) {
    const output = token.output || token.hiddenState ? 1 : 0;
    const last = batches.at(-1);
    if (
      last === undefined ||
      last.hiddenStates !== token.hiddenState ||
      last.tokens.length === batchSize ||
      last.outputCount + output > outputs
    ) {
      batches.push({ tokens: [token], hiddenStates: token.hiddenState, outputCount: output });
    } else {
      last.tokens.push(token);
      last.outputCount += output;
    }
  }
  return batches;
}
