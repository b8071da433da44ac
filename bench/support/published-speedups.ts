// Published measurements of speculative decoding, as their papers print them. Nothing here is ours.
import type { Gpu, ModelSizes } from './roofline.js';

/** Leviathan et al. 2211.17192, Table 4 (appendix A.3): T5-XXL 11B on a TPU-v4, batch 1. `expected` is their theorem 3.8. */
export const leviathan = (
  [
    ['EnDe', 'T5-small', 0, 7, 0.75, 0.02, 3.2, 3.4],
    ['EnDe', 'T5-base', 0, 7, 0.8, 0.04, 3.3, 2.8],
    ['EnDe', 'T5-large', 0, 7, 0.82, 0.11, 2.5, 1.7],
    ['EnDe', 'T5-small', 1, 7, 0.62, 0.02, 2.3, 2.6],
    ['EnDe', 'T5-base', 1, 5, 0.68, 0.04, 2.4, 2.4],
    ['EnDe', 'T5-large', 1, 3, 0.71, 0.11, 2.0, 1.4],
    ['CNN/DM', 'T5-small', 0, 5, 0.65, 0.02, 2.4, 3.1],
    ['CNN/DM', 'T5-base', 0, 5, 0.73, 0.04, 2.6, 3.0],
    ['CNN/DM', 'T5-large', 0, 3, 0.74, 0.11, 2.0, 2.2],
    ['CNN/DM', 'T5-small', 1, 5, 0.53, 0.02, 1.9, 2.3],
    ['CNN/DM', 'T5-base', 1, 3, 0.55, 0.04, 1.8, 2.2],
    ['CNN/DM', 'T5-large', 1, 3, 0.56, 0.11, 1.6, 1.7],
  ] as const
).map(([task, draft, temperature, length, acceptance, costRatio, expected, measured]) => ({
  source: '2211.17192, table 4',
  setting: `${task}, ${draft}, temperature ${temperature}`,
  length,
  acceptance,
  costRatio,
  expected,
  measured,
}));

/**
 * Chen et al. 2302.01318: Chinchilla 70B with a 4B draft on 16 TPU v4, batch 1. Speedups from table 1 (K = 4). Acceptance
 * and times from figure 1, whose curves have no printed numbers: as read off at K = 7, tokens a loop over K + 1, and
 * milliseconds of a loop at K = 0 and K = 7.
 */
export const deepmind = {
  source: '2302.01318, table 1 and figure 1',
  length: 4,
  readAtLength: 7,
  loopMilliseconds: { plain: 14.1, longest: 28.6 },
  rows: [
    { setting: 'XSum, nucleus 0.8', tokensOverLength: 0.45, measured: 1.92 },
    { setting: 'HumanEval, nucleus 0.95, temperature 0.8', tokensOverLength: 0.68, measured: 2.46 },
  ],
} as const;

/**
 * Chen et al. 2402.12374 (Sequoia), tables 1 and 3: on an A100-PCIe-80GB. A plain token takes 24.2 ms with Llama2-7B and
 * 31.2 with Llama2-13B (the authors' announcement, together.ai/blog/sequoia, March 2024), a token of the draft JF68M
 * 0.5 ms. Size and depth count the root.
 */
export const sequoia = (
  [
    ['Llama2-7B', 24.2, 'C4', 0, 128, 10, 5.08, 4.04],
    ['Llama2-7B', 24.2, 'C4', 0.6, 128, 7, 3.92, 3.18],
    ['Llama2-7B', 24.2, 'OpenWebText', 0, 128, 7, 3.86, 3.22],
    ['Llama2-7B', 24.2, 'OpenWebText', 0.6, 128, 6, 3.33, 2.71],
    ['Llama2-7B', 24.2, 'CNN Daily', 0, 128, 7, 4.05, 3.41],
    ['Llama2-7B', 24.2, 'CNN Daily', 0.6, 128, 6, 3.45, 2.83],
    ['Llama2-7B', 24.2, 'MT Bench', 0, 128, 10, 4.98, 4.03],
    ['Llama2-7B', 24.2, 'MT Bench', 0.6, 128, 7, 3.96, 3.18],
    ['Llama2-13B', 31.2, 'C4', 0, 64, 9, 4.2, 3.73],
    ['Llama2-13B', 31.2, 'C4', 0.6, 64, 7, 3.57, 3.19],
    ['Llama2-13B', 31.2, 'OpenWebText', 0, 64, 7, 3.49, 3.18],
    ['Llama2-13B', 31.2, 'OpenWebText', 0.6, 64, 6, 3.06, 2.77],
    ['Llama2-13B', 31.2, 'CNN Daily', 0, 64, 7, 3.68, 3.33],
    ['Llama2-13B', 31.2, 'CNN Daily', 0.6, 64, 6, 3.17, 2.88],
  ] as const
).map(([target, plainMilliseconds, task, temperature, size, depth, tokens, measured]) => ({
  source: '2402.12374, tables 1 and 3',
  setting: `${target}, ${task}, temperature ${temperature}, tree of ${size} tokens and depth ${depth}`,
  target,
  plainMilliseconds,
  draftMilliseconds: 0.5,
  size,
  depth,
  tokens,
  measured,
}));

/**
 * The example of the authors' own optimiser: `demo-config.json` and `acceptance-rate-vector.pt` in
 * github.com/Infini-AI-Lab/Sequoia. A child's chance is that of being accepted at all, not given that its earlier siblings
 * were refused. Its answer, `demo_tree.pt`, is a root and a chain of three.
 */
export const sequoiaExample = {
  source: 'github.com/Infini-AI-Lab/Sequoia: demo-config.json, acceptance-rate-vector.pt, demo_tree.pt',
  maximumDepth: 10,
  draftMilliseconds: 0.3,
  /** By tokens of the pass, the root counted. */
  sizes: [1, 2, 4, 8, 16, 32],
  milliseconds: [10, 10, 10, 12, 14, 18],
  childChances: [
    0.63418293, 0.10794602, 0.05697151, 0.02248876, 0.01949026, 0.0149925, 0.00449775, 0.0029985, 0.011994,
    0.00449775,
  ],
  parents: [-1, 0, 1],
} as const;

/** The same paper, table 2: offloading on an L40, 5.7 s a plain token. Its draft's time is not printed. */
export const sequoiaOffloading = (
  [
    ['Llama2-70B-chat', 'Llama2-7B-chat', 0, 10.3, 8.6],
    ['Llama2-70B-chat', 'Llama2-7B-chat', 0.6, 9.91, 8.4],
    ['Llama3-70B-Instruct', 'Llama3-8B-Instruct', 0, 11.68, 9.5],
    ['Llama3-70B-Instruct', 'Llama3-8B-Instruct', 0.6, 11.37, 9.3],
  ] as const
).map(([target, draft, temperature, tokens, measured]) => ({
  source: '2402.12374, table 2',
  setting: `${target}, ${draft}, MT Bench, temperature ${temperature}, tree of 768 tokens and depth 18`,
  draft,
  plainMilliseconds: 5700,
  size: 768,
  depth: 18,
  tokens,
  measured,
}));

/**
 * Li et al. 2503.01840 (EAGLE-3), tables 3 (the SGLang team's, H100) and 5 (vLLM, an A100 in its caption and an RTX 3090 in
 * the text): throughput over plain decoding by batch size, Llama-3.1-8B-Instruct, MT-bench, chains. Neither acceptance
 * nor the draft's cost is printed for them.
 */
export const byBatch = [
  {
    source: '2503.01840, table 3 (SGLang, H100)',
    drafter: 'EAGLE',
    gpu: 'H100 SXM',
    length: 3,
    batches: [2, 4, 8, 16, 24, 32, 48, 56, 64],
    measured: [1.4, 1.38, 1.23, 1.02, 0.93, 0.94, 0.88, 0.99, 0.99],
  },
  {
    source: '2503.01840, table 3 (SGLang, H100)',
    drafter: 'EAGLE-3',
    gpu: 'H100 SXM',
    length: 3,
    batches: [2, 4, 8, 16, 24, 32, 48, 56, 64],
    measured: [1.81, 1.82, 1.62, 1.48, 1.39, 1.32, 1.38, 1.34, 1.38],
  },
  {
    source: '2503.01840, table 5 (vLLM, RTX 3090)',
    drafter: 'EAGLE',
    gpu: 'RTX 3090',
    length: 2,
    batches: [2, 4, 8, 16, 24, 32, 48, 56],
    measured: [1.3, 1.25, 1.21, 1.1, 1.03, 0.93, 0.82, 0.71],
  },
  {
    source: '2503.01840, table 5 (vLLM, RTX 3090)',
    drafter: 'EAGLE-3',
    gpu: 'RTX 3090',
    length: 2,
    batches: [2, 4, 8, 16, 24, 32, 48, 56],
    measured: [1.75, 1.68, 1.58, 1.49, 1.42, 1.36, 1.21, 1.01],
  },
] as const;

export const gpus = {
  'A100 PCIe 80GB': gpu('A100 PCIe 80GB', 1.935e12, 312e12, 'NVIDIA A100 data sheet'),
  'H100 SXM': gpu('H100 SXM', 3.35e12, 989e12, 'NVIDIA H100 data sheet, without sparsity'),
  L40: gpu('L40', 0.864e12, 181e12, 'NVIDIA L40 data sheet, without sparsity'),
  'RTX 3090': gpu('RTX 3090', 0.936e12, 71e12, 'NVIDIA GA102 white paper, float32 accumulation'),
} as const;

export const models = {
  llama2Small: model('Llama2-7B', 6.74e9, 32, 4096, 4096, '2307.09288'),
  llama2Medium: model('Llama2-13B', 13.0e9, 40, 5120, 5120, '2307.09288'),
  llama3Small: model('Llama-3.1-8B', 8.03e9, 32, 4096, 1024, '2407.21783, table 3'),
  llama3Large: model('Llama-3.1-70B', 70.6e9, 80, 8192, 1024, '2407.21783, table 3'),
  llama3Draft: model('Llama-3.2-1B', 1.24e9, 16, 2048, 512, 'its model card and configuration'),
} as const;

function gpu(name: string, bandwidth: number, peak: number, source: string): Gpu {
  return { name, bandwidth, peak, source };
}

function model(
  name: string,
  parameters: number,
  layers: number,
  width: number,
  keyValueWidth: number,
  source: string,
): ModelSizes {
  return { name, parameters, layers, width, keyValueWidth, source };
}
