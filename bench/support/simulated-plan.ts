import {
  compilePlan,
  type CompilePlanOptions,
  type ModelConfiguration,
  predictFixed,
  type Profile,
} from '@foretoken/planner';

/** A pair of models on a machine that is not here. */
export interface SimulatedPair {
  /** Milliseconds of a pass over so many tokens of every sequence. */
  readonly target: (tokens: number) => number;
  /** Milliseconds of a pass that drafts one token of every sequence. */
  readonly draft: number;
  /** Of every drafted token, given that those before it were accepted. */
  readonly acceptance: number;
}

/** Most tokens that a round drafts. */
const longestLength = 16;
/** So many that counting leaves no doubt: a published share is taken as it is. */
const counted = 1e12;

/** What `foretoken plan` would choose, and its predicted gain over plain decoding; length 0 is plain decoding. */
export function simulatePlan(pair: SimulatedPair): { readonly length: number; readonly gain: number } {
  const { drafters, predicted } = compilePlan(simulated(pair));
  return { length: drafters[0]?.predictedLength ?? 0, gain: predicted.speedup.estimate };
}

/** What the planner predicts of drafts of a length, over plain decoding. */
export function simulateLength(pair: SimulatedPair, length: number): number {
  return predictFixed(simulated(pair), length)?.speedup.estimate as number;
}

/** Tokens that the planner expects a round to commit. */
export function simulateCommitted(acceptance: number, length: number): number {
  const pair = { target: () => 1, draft: 0, acceptance };
  return predictFixed(simulated(pair), length)?.committedTokens as number;
}

/** The pair as a profile, such as `foretoken profile` writes one, and a pipeline of it. */
function simulated({ target, draft, acceptance }: SimulatedPair): CompilePlanOptions {
  const [ofTarget, ofDraft] = ['target', 'draft'].map(
    (model): ModelConfiguration => ({
      model,
      engine: 'published',
      device: 'published',
      weightFormat: 'published',
      threads: null,
      contextLength: 4096,
    }),
  ) as [ModelConfiguration, ModelConfiguration];
  const files = ['target', 'draft'].map((name, index) => ({
    name,
    file: `${name}.gguf`,
    sha256: String(index).repeat(64),
    bytes: 1,
  })) as [CompilePlanOptions['models']['target'], CompilePlanOptions['models']['target']];
  const lengths = Array.from({ length: longestLength + 1 }, (_, index) => index + 1);
  const sampling = { temperature: 1 };
  const positions = [[{ from: 0, to: 1, reached: counted, accepted: Math.round(counted * acceptance) }]];
  const profile: Profile = {
    format: 'foretoken-profile',
    version: 3,
    machine: { processor: 'published', cores: 1, memoryBytes: 0, system: 'published', node: 'none' },
    libraries: {},
    models: Object.fromEntries(files.map(({ name, sha256, bytes }) => [name, { sha256, bytes }])),
    passCosts: [
      { configuration: ofTarget, contextTokens: 1, lengths, milliseconds: lengths.map(target) },
      { configuration: ofDraft, contextTokens: 1, lengths, milliseconds: lengths.map(() => draft) },
    ],
    roundCosts: [],
    acceptance: [
      {
        target: ofTarget,
        draft: ofDraft,
        drafter: 'draft',
        sampling,
        rule: 'tokenwise',
        draftLength: longestLength,
        promptsSha256: '0'.repeat(64),
        promptCount: 1,
        promptsUsed: 1,
        positions,
        histories: [],
        hostCosts: [],
      },
    ],
    treePasses: [],
    treeAcceptance: [],
    memory: [],
    energy: { meters: [], unreadable: [], measured: [], estimated: [] },
  };
  return {
    profile,
    models: { target: files[0], drafters: [files[1]] },
    pipeline: {
      format: 'foretoken-pipeline',
      version: 1,
      target: { model: 'target.gguf' },
      drafters: [{ kind: 'draft-model', model: 'draft.gguf' }],
      rule: 'tokenwise',
      sampling,
      limits: { draftLength: longestLength },
    },
  };
}
