import { fileURLToPath } from 'node:url';

const model = (name: string): string => fileURLToPath(new URL(`../models/${name}.gguf`, import.meta.url));

/** Paths of the embedded models: GGUF files in Q8_0, a target of 27.8M parameters and its 3.6M draft. */
export const tinyModels: { readonly target: string; readonly draft: string } = {
  target: model('target'),
  draft: model('draft'),
};

/** Paths of the heads that draft for the embedded target, GGUF files in Q8_0, by the drafter's name. */
export const tinyHeads: {
  readonly 'mlp-speculator': string;
  readonly eagle: string;
  readonly hass: string;
} = {
  'mlp-speculator': model('mlp-speculator'),
  eagle: model('eagle'),
  hass: model('hass'),
};
