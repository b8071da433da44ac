import { allowedMask } from './allowed-mask.js';
import type { SamplingContext } from './sampling-context.js';

/** True where `editLogits` changes anything. */
export function editsLogits(context: SamplingContext): boolean {
  return context.allowedTokens !== undefined || context.logitBias.size > 0 || hasPenalties(context);
}

/** Applies mask, bias and penalties, in this order, to a copy of a row's logits. */
export function editLogits(context: SamplingContext, logits: Float32Array, history: readonly number[]): void {
  maskLogits(context, logits, history);
  for (const [token, bias] of context.logitBias) logits[token] = (logits[token] as number) + bias;
  if (hasPenalties(context)) penalizeLogits(context, logits, history);
}

function hasPenalties(context: SamplingContext): boolean {
  return context.repetitionPenalty !== 1 || context.frequencyPenalty !== 0 || context.presencePenalty !== 0;
}

function maskLogits(context: SamplingContext, logits: Float32Array, history: readonly number[]): void {
  const mask = allowedMask(context.allowedTokens, history, logits.length);
  if (mask === undefined) return;
  for (let token = 0; token < logits.length; token++) {
    if (mask[token] === 0) logits[token] = Number.NEGATIVE_INFINITY;
  }
}

/** Repetition (CTRL, 1909.05858), then frequency and presence penalties (OpenAI), over the last tokens. */
function penalizeLogits(context: SamplingContext, logits: Float32Array, history: readonly number[]): void {
  const counts = new Map<number, number>();
  for (let at = Math.max(0, history.length - context.penaltyWindow); at < history.length; at++) {
    const token = history[at] as number;
    counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  for (const [token, count] of counts) {
    const logit = logits[token] as number;
    const repeated = logit > 0 ? logit / context.repetitionPenalty : logit * context.repetitionPenalty;
    logits[token] = repeated - count * context.frequencyPenalty - context.presencePenalty;
  }
}
