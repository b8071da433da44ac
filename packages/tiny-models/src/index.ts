import { fileURLToPath } from 'node:url';

const model = (name: string): string => fileURLToPath(new URL(`../models/${name}.gguf`, import.meta.url));

/** Paths of the embedded models: GGUF files in Q8_0, a target of 27.8M parameters and its 3.6M draft. */
export const tinyModels: { readonly target: string; readonly draft: string } = {
  target: model('target'),
  draft: model('draft'),
};
