import { pathToFileURL } from 'node:url';
import { serve } from './generation-request.js';

/** The part of node-llama-cpp that is used here; it is installed on demand, outside this project. */
interface NodeLlamaCpp {
  readonly getLlama: (options: object) => Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      createContext(options: object): Promise<{ getSequence(options?: object): Sequence }>;
    }>;
  }>;
  readonly DraftSequenceTokenPredictor: new (sequence: Sequence) => object;
  readonly InputLookupTokenPredictor: new () => object;
}

interface Sequence {
  readonly tokenPredictions: { readonly validated: number; readonly refuted: number };
  readonly tokenPredictor?: { updateInputTokens?(tokens: readonly number[]): void };
  clearHistory(): Promise<void>;
  evaluate(tokens: readonly number[], options: object): AsyncGenerator<number>;
}

// What predicts: nothing, "lookup", or a draft model's file; with the predictors' own defaults.
const [model = '', threads = '', contextSize = '', library = '', predictor] = process.argv.slice(2);
const imported = (await import(pathToFileURL(library).href)) as NodeLlamaCpp;
const llama = await imported.getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: 'error' });

async function openContext(file: string) {
  const loaded = await llama.loadModel({ modelPath: file });
  return loaded.createContext({ contextSize: Number(contextSize), threads: Number(threads), sequences: 1 });
}

async function openPredictor(): Promise<object | undefined> {
  if (predictor === undefined) return undefined;
  if (predictor === 'lookup') return new imported.InputLookupTokenPredictor();
  return new imported.DraftSequenceTokenPredictor((await openContext(predictor)).getSequence());
}

const context = await openContext(model);
const sequence = context.getSequence({ tokenPredictor: await openPredictor() });
let before = sequence.tokenPredictions;

serve(
  async function* ({ prompt, tokenCount, temperature, seed, ignoreEndTokens }) {
    await sequence.clearHistory();
    sequence.tokenPredictor?.updateInputTokens?.(prompt);
    before = sequence.tokenPredictions;
    let count = 0;
    const sampling = { temperature, seed, topK: 0, topP: 1, minP: 0 };
    for await (const token of sequence.evaluate(prompt, { ...sampling, yieldEogToken: ignoreEndTokens })) {
      yield token;
      count += 1;
      if (count === tokenCount) break;
    }
  },
  () => {
    const { validated, refuted } = sequence.tokenPredictions;
    const accepted = validated - before.validated;
    return { drafted: accepted + refuted - before.refuted, accepted };
  },
);
