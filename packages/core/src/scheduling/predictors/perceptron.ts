import type { AcceptancePredictor } from './acceptance-predictor.js';
import { confidenceBin, confidenceBins } from './confidence-bin.js';
import { OutcomeHistory } from './outcome-history.js';

const historyLength = 8;
/** The last stands for all later positions. */
const positions = 8;
const learningRate = 0.05;

/**
 * A perceptron over the outcomes of the last 8 verified tokens, the position in the draft and the bin of the drafter's
 * confidence (Jimenez and Lin 2001, "Dynamic branch prediction with perceptrons"). It is trained as a logistic
 * regression, one gradient step a token, so that its output is a chance and not only a direction.
 */
export function createPerceptronPredictor(
  options: { readonly priorAcceptance?: number } = {},
): AcceptancePredictor {
  const { priorAcceptance = 0.6 } = options;
  const bias = Math.log(priorAcceptance / (1 - priorAcceptance));
  const historyWeights = new Float64Array(historyLength);
  const positionWeights = new Float64Array(positions);
  const confidenceWeights = new Float64Array(confidenceBins);
  const history = new OutcomeHistory(historyLength);

  const chance = (bits: number, position: number, bin: number): number => {
    let sum = bias + (positionWeights[Math.min(position, positions - 1)] as number);
    sum += confidenceWeights[bin] as number;
    for (let bit = 0; bit < historyLength; bit++) sum += signAt(bits, bit) * (historyWeights[bit] as number);
    return 1 / (1 + Math.exp(-Math.max(-6, Math.min(6, sum))));
  };
  const learn = (bits: number, position: number, bin: number, accepted: boolean): void => {
    const step = learningRate * ((accepted ? 1 : 0) - chance(bits, position, bin));
    const at = Math.min(position, positions - 1);
    positionWeights[at] = (positionWeights[at] as number) + step;
    // Of a bin's own weight there are few observations, and it says most.
    confidenceWeights[bin] = (confidenceWeights[bin] as number) + 4 * step;
    for (let bit = 0; bit < historyLength; bit++)
      historyWeights[bit] = (historyWeights[bit] as number) + signAt(bits, bit) * step;
  };
  return {
    name: 'perceptron',
    predict: (position, confidence) => chance(history.before(position), position, confidenceBin(confidence)),
    update(chain) {
      history.follow(chain, ({ position, accepted, history: bits, confidence }) => {
        learn(bits, position, confidenceBin(undefined), accepted);
        if (confidence !== undefined) learn(bits, position, confidenceBin(confidence), accepted);
      });
    },
  };
}

function signAt(bits: number, bit: number): number {
  return ((bits >> bit) & 1) === 1 ? 1 : -1;
}
