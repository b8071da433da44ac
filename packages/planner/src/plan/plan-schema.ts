import { z } from 'zod';
import { drafterSchema, objectiveSchema, pipelineSamplingSchema } from '../pipeline/pipeline-schema.js';
import { profileSchema } from '../profile/profile-schema.js';

/** Goes up where a reader of the version before would misread a file. */
export const planVersion = 1;

const count = z.int().min(0);
const positiveCount = z.int().min(1);
const positive = z.number().gt(0);
const share = z.number().min(0).max(1);
const name = z.string().min(1);

const { machine, libraries, models: profileModels, passCosts } = profileSchema.shape;
const { configuration } = passCosts.element.shape;

const model = profileModels.valueType.extend({ file: name.describe('Where it was when the plan was made') });

const estimate = z
  .strictObject({ estimate: positive, lower: positive, upper: positive })
  .describe('With its interval');

const prediction = z
  .strictObject({
    length: count.describe('Tokens drafted a round'),
    speedup: estimate.describe('Tokens per second of one sequence over those of plain decoding'),
    committedTokens: z.number().min(1).describe('Of a round'),
    roundMilliseconds: positive,
  })
  .describe('Of decoding with one draft length');

const tree = z
  .strictObject({
    parents: z
      .array(z.int().min(-1))
      .min(1)
      .describe(
        'Of every node, level by level, siblings in the order in which they are verified; -1: the root',
      ),
    prediction: z
      .strictObject({
        speedup: estimate.describe('Tokens per second of one sequence over those of plain decoding'),
        committedTokens: z.number().min(1).describe('Of a round'),
        roundMilliseconds: positive,
      })
      .describe('Of decoding with these trees'),
  })
  .describe('Trees of one shape that it drafts; left out: it drafts chains');

const table = z
  .strictObject({
    acceptance: z.array(share).min(1).describe('Lower bounds of the states, ascending from 0'),
    lengths: z.array(count).min(1).describe('One for every state; 0: no speculation'),
  })
  .describe('Draft length by state: the estimated acceptance of a token whose predecessors were accepted');

const scheduled = z.strictObject({
  name: name.describe('What decisions and reports call it'),
  drafter: drafterSchema,
  draft: configuration.nullable().describe('The model that drafts; null: none does'),
  requantised: z.boolean().describe('True: the draft runs in another weight format than that of its file'),
  table,
  roundCosts: z
    .strictObject({
      lengths: z.array(count).min(1).describe('Ascending from 0'),
      milliseconds: z.array(positive).min(1).describe('One for every length; never falling'),
    })
    .describe('Of a whole round by the number of drafted tokens'),
  costSource: z.enum(['rounds', 'passes']).describe('Rounds measured whole, or made of passes'),
  priorAcceptance: z
    .array(share)
    .min(1)
    .describe('By position, given that the tokens before were accepted; the last goes on'),
  proposedShare: share.describe('Of the rounds in which it is asked'),
  readingMilliseconds: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'What its first draft of a text takes longer than others, reading the prompt; predictions are without it',
    ),
  predictions: z.array(prediction).min(1).describe('By draft length, ascending'),
  predictedLength: count.describe('The best of them by the objective'),
  tree: tree.optional(),
});

const energy = z
  .strictObject({
    kind: z.enum(['measured', 'estimated']).describe('An estimate comes from a power model: no measurement'),
    source: name.describe('The meter, or the power model'),
    plainJoules: positive.describe('A token, decoded plainly'),
    joules: positive.describe('A token, decoded by the plan'),
  })
  .describe('Of the passes; the host work is not counted');

/** A plan file, [version 1]: how some models are to be run on a machine. */
export const planSchema = z.strictObject({
  format: z.literal('foretoken-plan'),
  version: z.literal(planVersion),
  machine,
  libraries,
  models: z.record(name, model).describe('By the names that the profile has'),
  objective: objectiveSchema,
  sampling: pipelineSamplingSchema,
  target: z.strictObject({
    model: name.describe('A key of models'),
    configuration,
    isOther: z
      .boolean()
      .describe(
        "True: in another weight format than its file's, or with another key-value cache than the engine chooses; what is computed is another target",
      ),
    requantised: z
      .boolean()
      .optional()
      .describe("True: in another weight format than its file's; left out: as isOther says"),
  }),
  rule: name.describe('Verification rule'),
  combination: z.enum(['single', 'estimate']).describe('How several drafters work together'),
  drafters: z.array(scheduled).describe('In order; empty: plain decoding'),
  fallback: z.array(scheduled).describe('Instead of them where they cannot be opened; then plain decoding'),
  alternatives: z
    .array(scheduled)
    .describe('What was planned and not taken, the best first; then what was dropped'),
  noSpeculation: z
    .strictObject({
      belowAcceptance: z
        .array(share.nullable())
        .describe(
          'For every drafter the conditional acceptance below which it does not draft; null: that does not decide',
        ),
      contextTokens: z.array(positiveCount).describe('Measured context lengths at which nothing pays'),
      fromSequences: positiveCount
        .nullable()
        .describe('Sequences in one pass from which on nothing pays; null: none that was measured'),
    })
    .describe('Where not to speculate'),
  plain: z.strictObject({ tokensPerSecond: positive }).describe('Predicted of decoding without drafts'),
  predicted: z
    .strictObject({ speedup: estimate, tokensPerSecond: positive, committedTokens: z.number().min(1) })
    .describe('Of decoding by the plan, on texts like the profiled ones'),
  confidence: share.describe('Of every interval'),
  energy: energy.nullable().describe('Null: neither measured nor estimated'),
  memoryBytes: count.nullable().describe('Of target and drafters; null: not measured'),
  decisions: z.array(z.strictObject({ pass: name, text: name })).describe('What the passes did, in order'),
});

export type Plan = z.infer<typeof planSchema>;
export type PlannedDrafter = z.infer<typeof scheduled>;

/** The schema as published in `plan.schema.json` (JSON Schema, draft 2020-12). */
export function planJsonSchema(): Record<string, unknown> {
  return { title: 'Foretoken plan', ...z.toJSONSchema(planSchema) };
}
