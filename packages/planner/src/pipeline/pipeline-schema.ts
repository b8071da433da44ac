import { z } from 'zod';

/** Goes up where a reader of the version before would misread a document. */
export const pipelineVersion = 1;

const count = z.int().min(0);
const positiveCount = z.int().min(1);
const share = z.number().min(0).max(1);
const weight = z.number().gt(0);
const name = z.string().min(1);
const modelFile = name.describe('A model file, or "embedded"');

const textDrafters = ['prompt-lookup', 'n-gram', 'input-copy'] as const;

const formats = z
  .array(name)
  .min(1)
  .describe('Weight formats that it may be in; default: every one that was measured');

const cacheTypes = z
  .array(name)
  .describe('Formats that its key-value cache may have beside that which the engine chooses by itself');

const treeShape = name.describe(
  'Draft trees of this shape, such as "2,2,1", and no chains; default: chains, or the best trees',
);

const draftModel = z
  .strictObject({
    kind: z.literal('draft-model'),
    model: modelFile,
    formats: formats.optional(),
    cacheTypes: cacheTypes
      .optional()
      .describe(`${cacheTypes.description}; default: every one that was measured`),
    vocabulary: z
      .enum(['same', 'tli', 'slem'])
      .optional()
      .describe('How its tokens become the target\'s: "same" (default), by the common ones, or by the text'),
    stage: z
      .enum(textDrafters)
      .optional()
      .describe('What guesses its own tokens, which it then checks several at a time'),
    tree: treeShape.optional(),
  })
  .describe('A smaller model drafts');

const earlyExit = z
  .strictObject({ kind: z.literal('early-exit'), layers: positiveCount.describe('How many, from the first') })
  .describe("The target's first layers draft");

const skipLayers = z
  .strictObject({ kind: z.literal('skip-layers'), layers: z.array(count).min(1).describe('Those left out') })
  .describe('The target without some layers drafts');

const head = z
  .strictObject({
    kind: z.literal('head'),
    head: name.describe('Its name: eagle, hass or mlp-speculator'),
    tree: treeShape.optional(),
  })
  .describe('A head of the target drafts');

const promptLookup = z
  .strictObject({ kind: z.literal('prompt-lookup') })
  .describe('What followed the last tokens earlier in the text is the draft');

const nGram = z
  .strictObject({
    kind: z.literal('n-gram'),
    corpora: z.array(name).optional().describe('Files of text to look in'),
    store: name.optional().describe('A file of past outputs to look in'),
  })
  .describe('As prompt-lookup, in other texts too');

const inputCopy = z
  .strictObject({
    kind: z.literal('input-copy'),
    source: name.optional().describe('A file of the text that is edited; default: the prompt'),
  })
  .describe('Copies the text that the output edits');

const drafter = z.discriminatedUnion('kind', [
  draftModel,
  earlyExit,
  skipLayers,
  head,
  promptLookup,
  nGram,
  inputCopy,
]);

const target = z
  .strictObject({
    model: modelFile,
    formats: z
      .array(name)
      .min(1)
      .optional()
      .describe(
        "Weight formats that it may be in beside the file's own. Each is another target: the output's distribution changes",
      ),
    cacheTypes: cacheTypes
      .optional()
      .describe(`${cacheTypes.description}. Each is another target; default: none`),
  })
  .describe('The model whose distribution counts');

const sampling = z
  .strictObject({
    temperature: z.number().min(0).optional().describe('Default 1; 0 is greedy'),
    topK: count.optional(),
    topP: share.optional(),
    minP: share.optional(),
  })
  .describe('Acceptance depends on it: the profile has to hold the same settings');

const limits = z
  .strictObject({
    memoryBytes: positiveCount
      .optional()
      .describe('Of target and draft together: weights, cache and buffers'),
    contextTokens: positiveCount
      .optional()
      .describe('Tokens in the cache where a typical round begins; default: those of the measured rounds'),
    sequences: positiveCount
      .optional()
      .describe('Sequences decoded in one pass, for the throughput; default 1'),
    draftLength: positiveCount.optional().describe('Longest draft; default: the longest that was measured'),
    threads: positiveCount.optional().describe('Most CPU threads of a model'),
    engines: z.array(name).min(1).optional().describe('Beginnings of names of engines that may run'),
  })
  .describe('What the plan may use');

const objective = z
  .strictObject({
    latency: weight.optional(),
    throughput: weight.optional(),
    energy: weight.optional(),
  })
  .refine((weights) => Object.values(weights).some((value) => value !== undefined), 'no weight is given')
  .describe(
    "Weights of what is made good: a sequence's tokens per second, those of all sequences, tokens per joule. The plan has the greatest sum of weighted logarithms",
  );

const powerModel = z
  .strictObject({
    name: name.describe('Says where the numbers come from'),
    idleWatts: z.number().min(0),
    wattsPerThread: z.number().min(0),
  })
  .describe(
    'Asks for energy that is estimated, where no meter measured it; every number from it is labelled',
  );

/** A pipeline description, [version 1]: what may be run, and what for. */
export const pipelineSchema = z.strictObject({
  format: z.literal('foretoken-pipeline'),
  version: z.literal(pipelineVersion),
  target,
  drafters: z.array(drafter).describe('What may draft; the plan takes those that pay'),
  combination: z
    .enum(['auto', 'single', 'estimate'])
    .optional()
    .describe(
      'How several work together: "single", the best alone; "estimate", in every round the one that promises most; "auto" (default), what is predicted to be better',
    ),
  rule: name.optional().describe('Verification rule, by name; "auto" (default): block where it gains'),
  seedContract: z
    .enum(['distribution', 'text'])
    .optional()
    .describe(
      'What the same seed gives with and without speculation: the same distribution (default), or the same text, by sample-match',
    ),
  sampling: sampling.optional(),
  limits: limits.optional(),
  objective: objective.optional().describe('Default: latency alone'),
  powerModel: powerModel.optional(),
});

export type Pipeline = z.infer<typeof pipelineSchema>;
export type PipelineDrafter = Pipeline['drafters'][number];
export type Objective = NonNullable<Pipeline['objective']>;

/** Also part of a plan. */
export const drafterSchema = drafter;
export const objectiveSchema = objective;
export const pipelineSamplingSchema = sampling;

/** The schema as published in `pipeline.schema.json` (JSON Schema, draft 2020-12). */
export function pipelineJsonSchema(): Record<string, unknown> {
  return { title: 'Foretoken pipeline', ...z.toJSONSchema(pipelineSchema) };
}
