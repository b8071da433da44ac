import { type AcceptancePredictor, type VerifiedChain, verifiedCount } from './acceptance-predictor.js';

/** Counters stand for the first positions; the last also for all later ones. */
const positions = 8;
const levels = 16;

/**
 * A saturating counter for every position: one up for an accepted token, one down for a rejected one (Smith 1981, "A
 * study of branch prediction strategies", strategy 7, with 4 bits instead of 2). A counter in the middle of its level is
 * the predicted chance. It follows quickly and, between always and never, it is coarse: it drifts to one of its ends.
 */
export function createSaturatingCounter(
  options: { readonly priorAcceptance?: number } = {},
): AcceptancePredictor {
  const { priorAcceptance = 0.6 } = options;
  const counters = new Array<number>(positions).fill(
    Math.min(levels - 1, Math.floor(priorAcceptance * levels)),
  );
  return {
    name: 'saturating counter',
    predict: (position) => ((counters[Math.min(position, positions - 1)] as number) + 0.5) / levels,
    update(chain: VerifiedChain) {
      const count = verifiedCount(chain);
      for (let position = 0; position < count; position++) {
        const at = Math.min(position, positions - 1);
        const next = (counters[at] as number) + (position < chain.acceptedCount ? 1 : -1);
        counters[at] = Math.max(0, Math.min(levels - 1, next));
      }
    },
  };
}
