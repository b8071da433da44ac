import type { Pipeline } from '../src/pipeline/pipeline-schema.js';
import type { PipelineModels } from '../src/passes/bind-models.js';
import type {
  AcceptanceEntry,
  ModelConfiguration,
  Profile,
  TreeAcceptanceEntry,
} from '../src/profile/profile-schema.js';
import { sampleProfile } from './sample-profile.js';

/** Hashes of the two models. */
const hashes = { target: 'a'.repeat(64), draft: 'b'.repeat(64) } as const;

export const targetConfiguration: ModelConfiguration = {
  model: 'big',
  engine: 'engine 1.0',
  device: 'cpu',
  weightFormat: 'Q8_0',
  threads: 2,
  contextLength: 512,
};
export const draftConfiguration: ModelConfiguration = { ...targetConfiguration, model: 'small' };

/** t(n) = fixed + perFour for every four tokens that are begun: the steps of kernels. */
export function stepCurve(
  configuration: ModelConfiguration,
  [fixed, perFour]: readonly [number, number],
  contextTokens = 64,
): Profile['passCosts'][number] {
  const lengths = Array.from({ length: 64 }, (_, index) => index + 1);
  const milliseconds = lengths.map((length) => fixed + perFour * Math.ceil(length / 4));
  return { configuration, contextTokens, lengths, milliseconds };
}

/** Counts of a drafter that accepts with these probabilities by position, as if `rounds` rounds had been exact. */
export function acceptanceCounts(
  shares: readonly number[],
  rounds: number,
): Pick<AcceptanceEntry, 'draftLength' | 'positions' | 'hostCosts'> {
  let reached = rounds;
  const positions = shares.map((share) => {
    const accepted = Math.round(reached * share);
    const bins = [{ from: 0, to: 1, reached, accepted }];
    reached = accepted;
    return bins;
  });
  const draftLength = shares.length;
  return { draftLength, positions, hostCosts: [{ draftedCount: draftLength, rounds, milliseconds: rounds }] };
}

const pair = {
  target: targetConfiguration,
  draft: draftConfiguration,
  drafter: 'small.gguf',
  sampling: { temperature: 0.8 },
  rule: 'block',
} as const;

/** An acceptance entry of the pair, with some of it replaced. */
export function acceptanceEntry(changes: Partial<AcceptanceEntry>): AcceptanceEntry {
  const [sample] = sampleProfile().acceptance as [AcceptanceEntry];
  return {
    ...sample,
    ...pair,
    promptCount: 16,
    promptsUsed: 16,
    ...acceptanceCounts([0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8], 1000),
    ...changes,
  };
}

/** Prompt lookup for the same target: it has something to propose in half of the rounds, two tokens. */
export function lookupEntry(share: number): AcceptanceEntry {
  const counts = acceptanceCounts([share, share], 500);
  return acceptanceEntry({
    draft: null,
    drafter: 'prompt-lookup',
    ...counts,
    hostCosts: [
      { draftedCount: 0, rounds: 500, milliseconds: 1 },
      { draftedCount: 2, rounds: 500, milliseconds: 1 },
    ],
  });
}

const memoryEntry = (configuration: ModelConfiguration, weights: number): Profile['memory'][number] => ({
  configuration,
  predicted: {},
  measured: { weights, cache: 50e6, buffers: 10e6 },
});

/** A pair of models whose rounds cost 10 ms plain: a target of 8 + 2 ms a step, a draft of about 1 ms a token. */
export function smallProfile(changes: Partial<Profile> = {}): Profile {
  return {
    ...sampleProfile(),
    models: { big: { sha256: hashes.target, bytes: 1e9 }, small: { sha256: hashes.draft, bytes: 1e8 } },
    passCosts: [
      stepCurve(targetConfiguration, [8, 2]),
      stepCurve(targetConfiguration, [9, 2], 512),
      stepCurve(draftConfiguration, [0.8, 0.2]),
      stepCurve(draftConfiguration, [0.9, 0.2], 512),
    ],
    roundCosts: [
      { ...pair, contextTokens: 48, lengths: [0, 1, 3, 7, 11, 15], milliseconds: [10, 11, 13, 19, 25, 31] },
    ],
    acceptance: [acceptanceEntry({})],
    treeRounds: [],
    roundsInTexts: [],
    memory: [memoryEntry(targetConfiguration, 1e9), memoryEntry(draftConfiguration, 1e8)],
    energy: { meters: [], unreadable: [], measured: [], estimated: [] },
    ...changes,
  };
}

/** Tree passes of the target that take so many times a chain's, and acceptance of trees by depth and rank. */
export function treeEntries(
  passRatio: number,
  shares: readonly (readonly number[])[],
  changes: Partial<TreeAcceptanceEntry> = {},
): Pick<Profile, 'treePasses' | 'treeAcceptance'> {
  const [sample] = sampleProfile().treeAcceptance as [TreeAcceptanceEntry];
  const sizes: [widths: number[], tokens: number][] = [
    [[2], 3],
    [[4], 5],
    [[4, 2], 13],
    [[4, 2, 2], 29],
  ];
  return {
    treePasses: [
      {
        configuration: targetConfiguration,
        contextTokens: 64,
        trees: sizes.map(([widths, tokens]) => ({
          widths,
          tokens,
          milliseconds: 10 * passRatio,
          chainMilliseconds: 10,
        })),
      },
    ],
    treeAcceptance: [
      {
        ...sample,
        ...pair,
        rule: 'traversal',
        widths: [4, 2, 2],
        // So many that no prior shows.
        ranks: shares.map((ranks) =>
          ranks.map((share) => ({ reached: 1e9, accepted: Math.round(1e9 * share) })),
        ),
        ...changes,
      },
    ],
  };
}

/** Joules of passes, measured: of 1, 4 and 8 tokens. */
export function energyEntries(
  configuration: ModelConfiguration,
  joules: readonly [number, number, number],
): Profile['energy']['measured'] {
  return [1, 4, 8].map((length, index) => ({
    kind: 'measured' as const,
    meter: 'RAPL',
    configuration,
    contextTokens: 64,
    length,
    passes: 10,
    milliseconds: 100,
    joules: 10 * (joules[index] as number),
  }));
}

/** The pair with its draft model. */
export function smallPipeline(changes: Partial<Pipeline> = {}): Pipeline {
  return {
    format: 'foretoken-pipeline',
    version: 1,
    target: { model: 'big.gguf' },
    drafters: [{ kind: 'draft-model', model: 'small.gguf' }],
    sampling: { temperature: 0.8 },
    ...changes,
  };
}

/** The files of a pipeline of these two models. */
export function smallModels({ drafters }: Pick<Pipeline, 'drafters'>): PipelineModels {
  const draft = { name: 'small', file: 'small.gguf', sha256: hashes.draft, bytes: 1e8 };
  return {
    target: { name: 'big', file: 'big.gguf', sha256: hashes.target, bytes: 1e9 },
    drafters: drafters.map(({ kind }) => (kind === 'draft-model' ? draft : undefined)),
  };
}
