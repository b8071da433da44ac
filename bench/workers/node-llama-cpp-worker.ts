import { pathToFileURL } from 'node:url';
import { serve } from './generation-request.js';

/** The part of node-llama-cpp that is used here; it is installed on demand, outside this project. */
interface NodeLlamaCpp {
  readonly getLlama: (options: object) => Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      createContext(options: object): Promise<{
        getSequence(): {
          clearHistory(): Promise<void>;
          evaluate(tokens: readonly number[], options: object): AsyncGenerator<number>;
        };
      }>;
    }>;
  }>;
}

const [model = '', threads = '', contextSize = '', library = ''] = process.argv.slice(2);
const { getLlama } = (await import(pathToFileURL(library).href)) as NodeLlamaCpp;
const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: 'error' });
const loaded = await llama.loadModel({ modelPath: model });
const context = await loaded.createContext({
  contextSize: Number(contextSize),
  threads: Number(threads),
  sequences: 1,
});
const sequence = context.getSequence();

serve(async function* ({ prompt }) {
  await sequence.clearHistory();
  yield* sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true });
});
