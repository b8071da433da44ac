import { z } from 'zod';

/** Goes up where a reader of the version before would misread a file. */
export const profileVersion = 3;

const count = z.int().min(0);
const positiveCount = z.int().min(1);
const amount = z.number().min(0);
const share = z.number().min(0).max(1);
const name = z.string().min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const machine = z
  .strictObject({
    processor: name,
    cores: positiveCount,
    memoryBytes: count,
    system: name.describe('Platform, release and architecture'),
    node: name.describe('Version of Node'),
  })
  .describe('What was measured on');

const model = z.strictObject({
  sha256: sha256.describe("Of the file's bytes"),
  bytes: count.describe("The file's size"),
  ownFormats: z
    .array(name)
    .optional()
    .describe('What engines call the weight format that the file has: seen where it was loaded as it is'),
});

const configuration = z
  .strictObject({
    model: name.describe('A key of models'),
    engine: name.describe("Name and version of the engine's library"),
    device: name,
    weightFormat: name,
    threads: positiveCount.nullable().describe('CPU threads; null: chosen by the engine'),
    contextLength: positiveCount.describe('Most tokens of a sequence, as loaded'),
    cacheType: name
      .optional()
      .describe("Format of the key-value cache, as it was asked for; left out: the engine's own choice"),
    gpuLayers: positiveCount.optional().describe('Layers on a GPU; left out: as the device has it, or none'),
  })
  .describe('A model as it was loaded');

const sampling = z
  .record(name, z.number())
  .describe('The sampling settings that were not the default, by name: the host work depends on them');

const costs = {
  contextTokens: positiveCount.describe('Tokens that were in the cache'),
  lengths: z.array(count).min(1).describe('Ascending'),
  milliseconds: z.array(amount).min(1).describe('One for every length; lower quartiles, never falling'),
};

const passCosts = z
  .strictObject({ configuration, ...costs })
  .describe('t(n): a pass over n new tokens, and the host work on its rows at temperature 1');

const pair = {
  target: configuration,
  draft: configuration.nullable().describe('The model that drafts; null where none does'),
  drafter: name,
  sampling,
  rule: name.describe('Verification rule'),
};

const roundCosts = z
  .strictObject({ ...pair, ...costs })
  .describe('A whole round by the number of drafted tokens, from 0');

const roundsInContext = z.strictObject({
  rounds: count,
  contextTokens: count.describe('Tokens in the cache before these rounds, of all of them together'),
});

const timedRounds = roundsInContext.extend({
  milliseconds: amount.describe('Of all these rounds together'),
});

const roundsInTexts = z
  .strictObject({
    ...pair,
    promptsSha256: sha256.describe("Of the prompts' token ids as JSON"),
    texts: positiveCount.describe('After the prompts in their order, then over again with other lengths'),
    plain: timedRounds.describe('Rounds of plain decoding'),
    drafting: z
      .array(timedRounds)
      .min(1)
      .describe('Rounds of texts that draft, by the number of drafted tokens from 0'),
  })
  .describe('Whole rounds on prompts, each decoded plainly without a drafter, and drafting');

const confidenceBins = z
  .array(
    z.strictObject({
      from: share,
      to: share.describe('Not included, but for 1'),
      reached: count.describe('Tokens here, those before them in their draft all accepted'),
      accepted: count,
    }),
  )
  .min(1)
  .describe("By the drafter's probability of its token");

const shorterDrafts = z
  .strictObject({
    reached: z.array(count).describe('Tokens by position in the draft, those before them all accepted'),
    accepted: z.array(count).describe('Of those'),
    drafted: z.array(count).describe('Rounds by the number of drafted tokens, from 0'),
  })
  .describe('Rounds of one draft length');

const roundContexts = z
  .strictObject({
    plain: roundsInContext.describe('Rounds that draft nothing, over the same texts'),
    drafting: z
      .array(z.array(roundsInContext))
      .describe('By draft length from 1 to draftLength, then by the number of drafted tokens from 0'),
  })
  .describe(
    'Where in the texts the rounds are: texts in which more is accepted have fewer of them, and may be longer or shorter than others',
  );

const acceptance = z
  .strictObject({
    ...pair,
    draftLength: positiveCount,
    promptsSha256: sha256.describe("Of the prompts' token ids as JSON"),
    promptCount: positiveCount,
    promptsUsed: positiveCount.describe('The first so many of the prompts'),
    positions: z
      .array(confidenceBins)
      .describe(
        'By position in the draft. Tokens after the first rejection are censored: they count nowhere',
      ),
    histories: z
      .array(
        z.strictObject({
          outcomes: z
            .string()
            .regex(/^[01]{0,4}$/)
            .describe(
              'The last four tokens before this one that were verified, in this draft or earlier ones of the same text: accepted 1, rejected 0, the newest last; fewer at the beginning of a text',
            ),
          bins: confidenceBins,
        }),
      )
      .describe('The same tokens by recent history'),
    shorter: z
      .array(shorterDrafts)
      .optional()
      .describe(
        'What drafts of 1, 2 and so on tokens, up to one less than draftLength, would have kept on the same texts; left out: not counted',
      ),
    contexts: roundContexts.optional().describe('Left out: not counted'),
    promptReading: z
      .strictObject({ texts: positiveCount, milliseconds: z.number() })
      .optional()
      .describe(
        'What the first drafts of texts took longer than later ones, of all texts together: a drafter reads the prompt; left out: not counted',
      ),
    hostCosts: z
      .array(
        z.strictObject({
          draftedCount: count,
          rounds: positiveCount,
          milliseconds: amount.describe('Of all these rounds together'),
        }),
      )
      .describe('What is neither drafting nor a pass, by the number of drafted tokens'),
  })
  .describe('Acceptance on prompts, with drafts of one length');

const widths = z
  .array(positiveCount)
  .min(1)
  .describe('Children of every node by depth, from the root: the last committed token');

const treePasses = z
  .strictObject({
    configuration,
    contextTokens: positiveCount.describe('Tokens that were in the cache'),
    trees: z
      .array(
        z.strictObject({
          widths,
          tokens: positiveCount.describe('Of the pass: the root and the nodes below it'),
          milliseconds: amount,
          chainMilliseconds: amount.describe('A chain of as many tokens, measured in turns with it'),
        }),
      )
      .describe('Empty: on this engine the model reads no trees'),
  })
  .describe('Passes over trees, without the host work on their rows; lower quartiles');

const treeRounds = z
  .strictObject({
    ...pair,
    promptsSha256: sha256.describe("Of the prompts' token ids as JSON"),
    texts: positiveCount.describe('After the prompts in their order, then over again with other shapes'),
    plain: timedRounds.describe('Rounds of plain decoding'),
    trees: z
      .array(timedRounds.extend({ widths }).describe('Rounds that draft trees of a shape, one shape a text'))
      .min(1),
  })
  .describe('Whole rounds on prompts, each decoded plainly without a drafter, and with draft trees');

const headPasses = z
  .strictObject({
    target: configuration.describe('The model that it drafts for: it ran with as many threads'),
    head: name,
    ...costs,
  })
  .describe('Passes of a head by their entries, without the host work on their rows');

const treeAcceptance = z
  .strictObject({
    ...pair,
    widths,
    promptsSha256: sha256.describe("Of the prompts' token ids as JSON"),
    promptCount: positiveCount,
    promptsUsed: positiveCount.describe('The first so many of the prompts'),
    ranks: z
      .array(
        z.array(
          z.strictObject({
            reached: count.describe(
              'Children of this rank under an accepted node of this depth, those before them not accepted',
            ),
            accepted: count,
          }),
        ),
      )
      .describe(
        'By depth of the parent (0 = the root), then by rank among its children (0 = verified first). What is behind an accepted sibling or off the accepted path is censored: it counts nowhere',
      ),
    contexts: z
      .strictObject({ plain: roundsInContext, drafting: roundsInContext })
      .optional()
      .describe(
        'Where in the texts rounds with trees are, and plain ones of the same texts; left out: not counted',
      ),
  })
  .describe('Acceptance of the nodes of draft trees of one shape on prompts');

const memoryBytes = z.strictObject({ weights: count, cache: count, buffers: count });

const memoryUse = {
  predicted: memoryBytes.partial().describe("Bytes from the model's file, where they can be told"),
  measured: memoryBytes.describe('Bytes that the engine occupies with one sequence open, as it says'),
};

const memory = z.strictObject({ configuration, ...memoryUse });

const headMemory = z.strictObject({ head: name.describe('A key of models'), ...memoryUse });

const passEnergy = {
  configuration,
  contextTokens: positiveCount,
  length: positiveCount.describe('Tokens of a pass'),
  passes: positiveCount,
  milliseconds: amount.describe('Of all these passes together'),
  joules: amount.describe('Of all these passes together'),
};

const energy = z
  .strictObject({
    meters: z.array(name).describe('The meters that were read; empty: none'),
    unreadable: z.array(z.strictObject({ meter: name, reason: name })),
    measured: z.array(
      z.strictObject({ kind: z.literal('measured'), meter: name, ...passEnergy }).describe('A reading'),
    ),
    estimated: z.array(
      z
        .strictObject({ kind: z.literal('estimated'), powerModel: name, ...passEnergy })
        .describe('No measurement: what a power model says'),
    ),
  })
  .describe('Energy of passes; of whatever else ran meanwhile too');

/** A profile file, [version 3]: what a machine was measured to do with some models. */
export const profileSchema = z.strictObject({
  format: z.literal('foretoken-profile'),
  version: z.literal(profileVersion),
  machine,
  libraries: z.record(name, name).describe('Versions of the packages that measured'),
  models: z.record(name, model),
  passCosts: z.array(passCosts),
  roundCosts: z.array(roundCosts),
  roundsInTexts: z.array(roundsInTexts).optional().describe('Left out: none were measured'),
  acceptance: z.array(acceptance),
  treePasses: z.array(treePasses),
  treeRounds: z.array(treeRounds).optional().describe('Left out: none were measured'),
  headPasses: z.array(headPasses).optional().describe('Left out: no head was measured'),
  treeAcceptance: z.array(treeAcceptance),
  memory: z.array(memory),
  headMemory: z.array(headMemory).optional().describe('Left out: no head was measured'),
  energy,
});

export type Profile = z.infer<typeof profileSchema>;
export type ProfileMachine = Profile['machine'];
/** A model as it was loaded. */
export type ModelConfiguration = z.infer<typeof configuration>;
export type PassCostsEntry = Profile['passCosts'][number];
export type RoundCostsEntry = Profile['roundCosts'][number];
export type TimedRounds = z.infer<typeof timedRounds>;
export type RoundsInTextsEntry = z.infer<typeof roundsInTexts>;
export type AcceptanceEntry = Profile['acceptance'][number];
export type ShorterDrafts = z.infer<typeof shorterDrafts>;
export type RoundsInContext = z.infer<typeof roundsInContext>;
export type RoundContexts = z.infer<typeof roundContexts>;
export type TreePassesEntry = Profile['treePasses'][number];
export type TreeRoundsEntry = NonNullable<Profile['treeRounds']>[number];
export type TreeAcceptanceEntry = Profile['treeAcceptance'][number];
export type MemoryEntry = Profile['memory'][number];
export type ProfileEnergy = Profile['energy'];

/** The schema as published in `profile.schema.json` (JSON Schema, draft 2020-12). */
export function profileJsonSchema(): Record<string, unknown> {
  return { title: 'Foretoken profile', ...z.toJSONSchema(profileSchema) };
}
