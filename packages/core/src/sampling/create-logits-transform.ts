import type { Distribution } from '../contract/distribution.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { oneHot } from './draw.js';
import { editLogits, editsLogits } from './edit-logits.js';
import type { MassScratch } from './keep-mass.js';
import { largestLogit } from './largest-logit.js';
import type { LogitsTransform } from './logits-transform.js';
import { keepMinP } from './min-p.js';
import { createSamplingContext, type SamplingContext } from './sampling-context.js';
import type { SamplingSettings } from './sampling-settings.js';
import { softmax, softmaxOfListed } from './softmax.js';
import { Support } from './support.js';
import { selectTopK } from './top-k.js';
import { keepTopP } from './top-p.js';
import { keepTypicalP } from './typical-p.js';

/**
 * Compiles settings into a transformation. Each stage is off unless set, and works on what the stage
 * before left, renormalised.
 *
 * @throws InvalidArgumentError for settings outside their ranges.
 */
export function createLogitsTransform(settings: SamplingSettings, vocabularySize: number): LogitsTransform {
  return fromContext(createSamplingContext(settings, vocabularySize));
}

function fromContext(context: SamplingContext): LogitsTransform {
  const { vocabularySize, temperature, topK, typicalP, topP, minP } = context;
  const capacity = topK > 0 ? topK : vocabularySize;
  const rows: Support[] = [];
  const edited = editsLogits(context) ? new Float32Array(vocabularySize) : undefined;
  let scratch: MassScratch | undefined;

  const apply = (source: Float32Array, history: readonly number[], slot: number): Distribution => {
    if (source.length !== vocabularySize) {
      throw new InvalidArgumentError(
        `A row of ${source.length} logits for a vocabulary of ${vocabularySize}.`,
      );
    }
    let logits = source;
    if (edited !== undefined) {
      edited.set(source);
      editLogits(context, edited, history);
      logits = edited;
    }
    if (context.greedy) return oneHot(largestLogit(logits));

    rows[slot] ??= new Support(capacity);
    const support = rows[slot];
    if (topK > 0) {
      selectTopK(logits, topK, support);
      softmaxOfListed(logits, temperature, support);
    } else {
      softmax(logits, temperature, support);
    }
    if (typicalP < 1 || topP < 1) {
      scratch ??= { order: new Int32Array(capacity), scores: new Float64Array(capacity) };
      if (typicalP < 1) keepTypicalP(support, scratch, typicalP);
      if (topP < 1) keepTopP(support, scratch, topP);
    }
    if (minP > 0) keepMinP(support, minP);
    return support.distribution();
  };
  const { greedy, allowedTokens } = context;
  return {
    vocabularySize,
    greedy,
    allowedTokens,
    apply,
    clone: () => fromContext(context),
    soften: () => fromContext(greedy ? { ...context, greedy: false, temperature: 1 } : context),
  };
}
