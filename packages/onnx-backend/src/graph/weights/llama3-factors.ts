/**
 * What divides each pair's rotary frequency in Llama 3.1 and later: slow pairs are stretched to a longer context,
 * fast ones stay, those between are mixed. (Hugging Face's `llama3` kind; GGUF stores the result.)
 *
 * @returns [width / 2].
 */
export function llama3Factors(
  width: number,
  base: number,
  settings: {
    readonly factor: number;
    readonly lowFrequencyFactor: number;
    readonly highFrequencyFactor: number;
    /** Context length of the first training. */
    readonly trainedLength: number;
  },
): Float64Array {
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, trainedLength } = settings;
  return Float64Array.from({ length: width / 2 }, (_, pair) => {
    const waveLength = 2 * Math.PI * base ** ((2 * pair) / width);
    if (waveLength < trainedLength / high) return 1;
    if (waveLength > trainedLength / low) return factor;
    const share = (trainedLength / waveLength - low) / (high - low);
    return 1 / ((1 - share) / factor + share);
  });
}
