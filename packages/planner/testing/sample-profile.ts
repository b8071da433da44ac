import type { Profile } from '../src/profile/profile-schema.js';

/** A small profile with an entry of every kind. */
export function sampleProfile(): Profile {
  const target = {
    model: 'target',
    engine: 'engine 1.0',
    device: 'cpu',
    weightFormat: 'Q8_0',
    threads: 2,
    contextLength: 512,
  };
  const draft = { ...target, model: 'draft', threads: null };
  const pair = { target, draft, drafter: 'model', sampling: { temperature: 0.8 }, rule: 'block' };
  const passes = { configuration: target, contextTokens: 64, length: 4, passes: 10, milliseconds: 100 };
  return {
    format: 'foretoken-profile',
    version: 3,
    machine: {
      processor: 'a processor',
      cores: 2,
      memoryBytes: 8e9,
      system: 'linux 6.1.0 x64',
      node: 'v20.0.0',
    },
    libraries: { '@foretoken/core': '0.1.0' },
    models: {
      target: { sha256: 'a'.repeat(64), bytes: 1000 },
      draft: { sha256: 'b'.repeat(64), bytes: 100 },
    },
    passCosts: [{ configuration: target, contextTokens: 64, lengths: [1, 2, 4], milliseconds: [1, 1.5, 2] }],
    roundCosts: [{ ...pair, contextTokens: 48, lengths: [0, 1, 3], milliseconds: [1, 2, 3] }],
    roundsInTexts: [
      {
        ...pair,
        promptsSha256: 'c'.repeat(64),
        texts: 2,
        plain: { rounds: 30, milliseconds: 30, contextTokens: 1500 },
        drafting: [
          { rounds: 0, milliseconds: 0, contextTokens: 0 },
          { rounds: 20, milliseconds: 40, contextTokens: 1000 },
        ],
      },
    ],
    acceptance: [
      {
        ...pair,
        draftLength: 2,
        promptsSha256: 'c'.repeat(64),
        promptCount: 2,
        promptsUsed: 1,
        positions: [
          [{ from: 0, to: 1, reached: 10, accepted: 6 }],
          [{ from: 0, to: 1, reached: 6, accepted: 3 }],
        ],
        histories: [
          { outcomes: '', bins: [{ from: 0, to: 1, reached: 1, accepted: 1 }] },
          { outcomes: '1', bins: [{ from: 0, to: 1, reached: 15, accepted: 8 }] },
        ],
        contexts: {
          plain: { rounds: 19, contextTokens: 950 },
          drafting: [
            [
              { rounds: 0, contextTokens: 0 },
              { rounds: 12, contextTokens: 600 },
            ],
            [
              { rounds: 0, contextTokens: 0 },
              { rounds: 0, contextTokens: 0 },
              { rounds: 10, contextTokens: 510 },
            ],
          ],
        },
        hostCosts: [{ draftedCount: 2, rounds: 10, milliseconds: 0.5 }],
      },
    ],
    treePasses: [
      {
        configuration: target,
        contextTokens: 64,
        trees: [{ widths: [2], tokens: 3, milliseconds: 2, chainMilliseconds: 2 }],
      },
    ],
    treeRounds: [
      {
        ...pair,
        rule: 'traversal',
        promptsSha256: 'c'.repeat(64),
        texts: 2,
        plain: { rounds: 30, milliseconds: 60, contextTokens: 1500 },
        trees: [{ widths: [2], rounds: 10, milliseconds: 50, contextTokens: 510 }],
      },
    ],
    treeAcceptance: [
      {
        ...pair,
        rule: 'traversal',
        widths: [2],
        promptsSha256: 'c'.repeat(64),
        promptCount: 2,
        promptsUsed: 2,
        ranks: [
          [
            { reached: 10, accepted: 6 },
            { reached: 4, accepted: 1 },
          ],
        ],
        contexts: {
          plain: { rounds: 17, contextTokens: 850 },
          drafting: { rounds: 10, contextTokens: 510 },
        },
      },
    ],
    memory: [
      {
        configuration: target,
        predicted: { weights: 1000 },
        measured: { weights: 1000, cache: 64, buffers: 16 },
      },
    ],
    energy: {
      meters: ['recorded'],
      unreadable: [{ meter: 'NVML', reason: 'nvidia-smi: there is no such program' }],
      measured: [{ kind: 'measured', meter: 'recorded', joules: 2, ...passes }],
      estimated: [{ kind: 'estimated', powerModel: 'data sheet', joules: 3, ...passes }],
    },
  };
}
