import { describe, expect, test } from 'vitest';
import {
  acceptanceCounts,
  acceptanceEntry,
  draftConfiguration,
  energyEntries,
  lookupEntry,
  smallModels,
  smallPipeline,
  smallProfile,
  stepCurve,
  targetConfiguration,
} from '../../testing/small-profile.js';
import { emitLlamaServer } from '../emit/emit-llama-server.js';
import { emitVllm } from '../emit/emit-vllm.js';
import { PlanningError } from '../errors/planning-error.js';
import type { PipelineModels } from '../passes/bind-models.js';
import type { Pipeline } from '../pipeline/pipeline-schema.js';
import type { AcceptanceEntry, MemoryEntry, Profile } from '../profile/profile-schema.js';
import { compilePlan, passes } from './compile-plan.js';
import { parsePlan } from './parse-plan.js';
import type { Plan } from './plan-schema.js';

function compile(
  pipelineChanges: Partial<Pipeline> = {},
  profileChanges: Partial<Profile> = {},
  modelChanges: Partial<PipelineModels> = {},
): Plan {
  const pipeline = smallPipeline(pipelineChanges);
  return compilePlan({
    pipeline,
    models: { ...smallModels(pipeline), ...modelChanges },
    profile: smallProfile(profileChanges),
  });
}

const textOf = ({ decisions }: Plan, pass: string): string =>
  decisions.flatMap((decision) => (decision.pass === pass ? [decision.text] : [])).join('\n');

const withLookup: Pipeline['drafters'] = [
  { kind: 'draft-model', model: 'small.gguf' },
  { kind: 'prompt-lookup' },
];
/** Of the lookup: rounds that draft cost what the pass costs. */
const lookupRounds = (): Profile['roundCosts'] => [
  ...smallProfile().roundCosts,
  {
    ...(smallProfile().roundCosts[0] as Profile['roundCosts'][number]),
    draft: null,
    drafter: 'prompt-lookup',
    milliseconds: [10, 10.2, 10.2, 12.2, 14.2, 16.2],
  },
];
const lookupAcceptance = (share: number): Profile['acceptance'] => [acceptanceEntry({}), lookupEntry(share)];

describe('a plan', () => {
  test('has a decision of every pass, in order, and is a valid file', () => {
    const plan = compile();
    expect([...new Set(plan.decisions.map(({ pass }) => pass))]).toEqual(passes.map(({ name }) => name));
    expect(parsePlan(JSON.stringify(plan), 'plan.json')).toEqual(plan);
  });

  test('is the same whenever it is made', () => {
    expect(compile()).toEqual(compile());
  });

  test('changes nothing of what it is made from', () => {
    const profile = smallProfile();
    const pipeline = smallPipeline();
    compilePlan({ pipeline, models: smallModels(pipeline), profile });
    expect(profile).toEqual(smallProfile());
    expect(pipeline).toEqual(smallPipeline());
  });

  test('has the draft length with the most tokens per millisecond, by the measured rounds', () => {
    const [drafter] = compile().drafters;
    // 1 + 0.8 + ... + 0.8^k tokens for the costs of the rounds; k = 3 and 7 end the kernels' steps.
    const rates = [10, 11, 13, 19, 25, 31].map((cost, index) => {
      const length = [0, 1, 3, 7, 11, 15][index] as number;
      return (1 - 0.8 ** (length + 1)) / 0.2 / cost;
    });
    expect(drafter?.predictedLength).toBe([0, 1, 3, 7, 11, 15][rates.indexOf(Math.max(...rates))]);
    const { speedup } = drafter?.predictions.find(({ length }) => length === 3) ?? {};
    // Jeffreys' prior moves a share of 1,000 by a few ten thousandths.
    expect(speedup?.estimate).toBeCloseTo(((1 - 0.8 ** 4) / 0.2) * (10 / 13), 2);
    expect(speedup?.lower).toBeLessThan(speedup?.estimate as number);
  });

  test('never promises less than plain decoding, and says so where nothing pays', () => {
    const plan = compile({}, { acceptance: [acceptanceEntry(acceptanceCounts([0.01, 0.01], 1000))] });
    expect(plan.drafters).toEqual([]);
    expect(plan.predicted).toMatchObject({ speedup: { estimate: 1 }, committedTokens: 1 });
    expect(textOf(plan, 'dead-drafters')).toMatch(/small.gguf is dropped: .*of plain decoding at most/);
  });

  test('without drafters decodes plainly', () => {
    const plan = compile({ drafters: [] });
    expect(plan.drafters).toEqual([]);
    expect(plan.plain.tokensPerSecond).toBeCloseTo(100, 6);
  });
});

describe('legality', () => {
  test('an impossible memory limit says the smallest that works', () => {
    // 1,060 MB of the target, and 160 MB of the draft.
    expect(() => compile({ limits: { memoryBytes: 1_059_999_999 } })).toThrow(
      /impossible: the smallest that works is 1060\.0 MB \(1060000000 bytes\).*1220\.0 MB with the smallest draft model/,
    );
    const alone = compile({ limits: { memoryBytes: 1_060_000_000 } });
    expect(alone).toMatchObject({ drafters: [], memoryBytes: 1_060_000_000 });
    expect(textOf(alone, 'legality')).toContain('it takes 1220.0 MB with the target');
    expect(compile({ limits: { memoryBytes: 1_220_000_000 } }).drafters).toHaveLength(1);
  });

  // Was wrong: the smallest was that of a format which is not permitted, or no limit fitted the target as it is.
  test('a memory limit counts the formats that are permitted', () => {
    const requantised = { ...targetConfiguration, weightFormat: 'q4_0' };
    const [entry] = smallProfile().memory as [MemoryEntry, MemoryEntry];
    const small = { ...entry, configuration: requantised, measured: { ...entry.measured, weights: 500e6 } };
    const profile = {
      models: {
        ...smallProfile().models,
        big: { ...(smallProfile().models['big'] as Profile['models'][string]), ownFormats: ['Q8_0'] },
      },
      memory: [...smallProfile().memory, small],
      passCosts: [...smallProfile().passCosts, stepCurve(requantised, [4, 2])],
    };
    for (const memoryBytes of [600e6, 500e6]) {
      expect(() => compile({ limits: { memoryBytes } }, profile)).toThrow(
        /the smallest that works is 1060\.0 MB .*another target, which target\.formats .* would have to permit, takes 560\.0 MB: q4_0/,
      );
    }
    const target = { model: 'big.gguf', formats: ['q4_0'] };
    expect(compile({ target, limits: { memoryBytes: 600e6 } }, profile).target.configuration).toEqual(
      requantised,
    );
  });

  // Was wrong: the first format in the profile was taken for the file's own, and what is measured again moves to its end.
  test('the format of a file is what it was loaded with, in whichever order it was measured', () => {
    const requantised = { ...targetConfiguration, weightFormat: 'q4_0' };
    const curves = [stepCurve(requantised, [4, 2]), stepCurve(targetConfiguration, [8, 2])];
    const big = { ...(smallProfile().models['big'] as Profile['models'][string]), ownFormats: ['Q8_0'] };
    const profile = { models: { ...smallProfile().models, big }, passCosts: curves, roundCosts: [] };
    for (const passCosts of [curves, curves.toReversed()]) {
      const plan = compile({ drafters: [] }, { ...profile, passCosts });
      expect(plan.target).toMatchObject({
        configuration: targetConfiguration,
        isOther: false,
        requantised: false,
      });
      const target = { model: 'big.gguf', formats: ['q4_0'] };
      expect(compile({ drafters: [], target }, { ...profile, passCosts }).target).toMatchObject({
        configuration: requantised,
        isOther: true,
        requantised: true,
      });
    }
  });

  // Was wrong: the plan loaded the models without a GPU, and predicted what they do on one.
  test('layers on a GPU are those that were measured, of both models', () => {
    const onGpu = { device: 'cuda', gpuLayers: 99 };
    const [target, draft] = [
      { ...targetConfiguration, ...onGpu },
      { ...draftConfiguration, ...onGpu },
    ];
    const [rounds] = smallProfile().roundCosts as [Profile['roundCosts'][number]];
    const profile = {
      passCosts: [
        stepCurve(target, [8, 2]),
        stepCurve(draft, [0.8, 0.2]),
        stepCurve(draftConfiguration, [0.1, 0.1]),
      ],
      roundCosts: [{ ...rounds, target, draft }],
      acceptance: [acceptanceEntry({ target, draft })],
      memory: [],
    };
    const plan = compile({}, profile);
    expect(plan.target.configuration.gpuLayers).toBe(99);
    // That of the faster draft without a GPU was not measured beside such a target, and could not be loaded so.
    expect(plan.drafters[0]?.draft).toEqual(draft);
    expect(emitLlamaServer(plan).text).toMatch(/-ngl 99 .*--spec-draft-ngl 99/);
  });

  test('costs of the same sampling settings and of the most rounds go before others', () => {
    const [rounds] = smallProfile().roundCosts as [Profile['roundCosts'][number]];
    const others = {
      ...rounds,
      sampling: { temperature: 0 },
      milliseconds: rounds.milliseconds.map((cost) => 2 * cost),
    };
    expect(compile({}, { roundCosts: [others, rounds] }).predicted).toEqual(
      compile({}, { roundCosts: [rounds] }).predicted,
    );
  });

  test('of copies counted with drafts of two lengths the longer ones tell more', () => {
    // Was wrong: shorter drafts take more rounds, so a profile that was gone on with stayed at their length.
    const counted = (length: number, rounds: number) => ({
      ...lookupEntry(0.9),
      ...acceptanceCounts(new Array<number>(length).fill(0.9), rounds),
    });
    const costs = smallProfile().roundCosts.map((entry) => ({
      ...entry,
      draft: null,
      drafter: 'prompt-lookup',
    }));
    for (const acceptance of [
      [counted(2, 800), counted(6, 300)],
      [counted(6, 300), counted(2, 800)],
    ]) {
      const plan = compile({ drafters: [{ kind: 'prompt-lookup' }] }, { acceptance, roundCosts: costs });
      expect(plan.drafters[0]?.roundCosts.lengths.at(-1)).toBe(6);
    }
  });

  test('drafters in stages, and trees that are more than a pass, are left out and named', () => {
    // Regression: nodes of 96 million were made before their number was looked at.
    const plan = (drafter: object): string =>
      textOf(
        compile({
          drafters: [...withLookup.slice(0, 1), { kind: 'draft-model', model: 'small.gguf', ...drafter }],
        }),
        'legality',
      );
    expect(plan({ tree: '99,99,99,99' })).toContain('trees of fixed shape with at most 63 nodes');
    expect(plan({ stage: 'prompt-lookup' })).toContain('measures no drafter in stages');
  });

  test('an engine that chooses its threads may take all of them', () => {
    // Regression: it passed for none, and kept every limit.
    const chosen = { ...targetConfiguration, threads: null };
    const profile = { passCosts: [stepCurve(chosen, [8, 2])], roundCosts: [], memory: [] };
    const plain = { drafters: [] };
    expect(compile({ ...plain, limits: { threads: 2 } }, profile).target.configuration).toEqual(chosen);
    expect(() => compile({ ...plain, limits: { threads: 1 } }, profile)).toThrow(
      /No pass costs .*at most 1 thread, of which an engine that chooses takes all/,
    );
  });

  test('a context that the models have no room for is refused', () => {
    // Regression: costs at 100,000 tokens were made up of those at 512.
    expect(compile({ limits: { contextTokens: 512 } }).drafters).toHaveLength(1);
    expect(() => compile({ limits: { contextTokens: 513 } })).toThrow(/room for 513 tokens of context/);
  });

  test('a draft of another vocabulary is left out, unless it is translated', () => {
    const models = smallModels(smallPipeline());
    const marked = {
      target: { ...models.target, vocabulary: 'one' },
      drafters: [{ ...(models.drafters[0] as PipelineModels['target']), vocabulary: 'another' }],
    };
    const refused = compile({}, {}, marked);
    expect(refused.drafters).toEqual([]);
    expect(textOf(refused, 'legality')).toContain('another vocabulary');
    const translated = { kind: 'draft-model', model: 'small.gguf', vocabulary: 'tli' } as const;
    const acceptance = [acceptanceEntry({ drafter: 'small.gguf (tli)' })];
    expect(compile({ drafters: [translated] }, { acceptance }, marked).drafters).toHaveLength(1);
    // Regression: what string matching was counted with stood for token intersection too.
    const slem = { ...translated, vocabulary: 'slem' } as const;
    expect(() => compile({ drafters: [slem] }, { acceptance }, marked)).toThrow(
      'its acceptance was not measured',
    );
  });

  test('engines and threads that are not permitted are not used', () => {
    expect(() => compile({ limits: { engines: ['other'] } })).toThrow(PlanningError);
    expect(() => compile({ limits: { threads: 1 } })).toThrow('at most 1 thread,');
    expect(compile({ limits: { engines: ['engine'], threads: 2 } }).drafters).toHaveLength(1);
  });

  test('what was measured with other sampling settings is not used', () => {
    // Regression: measured on two engines, they were named twice.
    const twice = { acceptance: [acceptanceEntry({}), acceptanceEntry({})] };
    expect(() => compile({ sampling: { temperature: 1 } }, twice)).toThrow(
      'other sampling settings ({"temperature":0.8})',
    );
    // No setting that does nothing makes a difference.
    expect(compile({ sampling: { temperature: 0.8, topK: 0, topP: 1 } }).drafters).toHaveLength(1);
  });

  test('a target that was not profiled is named', () => {
    const models = smallModels(smallPipeline());
    const other = { ...models.target, name: 'other', sha256: 'f'.repeat(64) };
    expect(() => compile({}, {}, { target: other })).toThrow(/big\.gguf.* none of the models.*big, small/);
  });

  test('drafters that were not profiled are left out by name', () => {
    const plan = compile({ drafters: [...withLookup, { kind: 'head', head: 'eagle' }] });
    expect(textOf(plan, 'legality')).toContain('eagle is left out: its acceptance was not measured');
    expect(textOf(plan, 'legality')).toContain('prompt-lookup is left out');
  });
});

describe('energy', () => {
  // Was wrong: what loses time was dropped, though it saved the energy that was asked for.
  test('as the objective keeps what saves it, whatever it does to the time', () => {
    const slow = {
      ...(smallProfile().roundCosts[0] as Profile['roundCosts'][number]),
      milliseconds: [10, 25, 45, 90, 140, 190],
    };
    const measured = [
      ...energyEntries(targetConfiguration, [10, 11, 12]),
      ...energyEntries(draftConfiguration, [0.1, 0.1, 0.1]),
    ];
    const energy = { meters: ['RAPL'], unreadable: [], measured, estimated: [] };
    const plan = compile({ objective: { energy: 1 } }, { roundCosts: [slow], energy });
    expect(plan.drafters).toHaveLength(1);
    expect(plan.energy?.joules).toBeLessThan(plan.energy?.plainJoules as number);
    expect(plan.predicted.speedup.estimate).toBeLessThan(1);
  });

  const measured = [
    ...energyEntries(targetConfiguration, [1, 1.1, 1.2]),
    ...energyEntries(draftConfiguration, [0.5, 0.5, 0.5]),
  ];
  const energy: Profile['energy'] = { meters: ['RAPL'], unreadable: [], measured, estimated: [] };

  test('is refused where it was not measured, with what to do', () => {
    expect(() => compile({ objective: { energy: 1 } })).toThrow(
      /holds no energy.*choose another objective, or ask for an estimate/,
    );
  });

  test('decides by joules where it was', () => {
    const plan = compile({ objective: { energy: 1 } }, { energy });
    // Half a joule for a drafted token against one for a plain token: shorter drafts than for the time.
    const joules = (length: number): number =>
      (plan.drafters[0]?.predictions[length]?.committedTokens as number) ** -1 * (1.1 + 0.5 * length);
    expect(plan.energy).toMatchObject({ kind: 'measured', source: 'RAPL', plainJoules: 1 });
    expect(plan.drafters[0]?.predictedLength).toBeLessThan(
      compile({}, { energy }).drafters[0]?.predictedLength as number,
    );
    expect(plan.energy?.joules).toBeLessThan(joules(3));
  });

  test('weighted lies between both', () => {
    const lengths = [{ latency: 1 }, { latency: 0.5, energy: 0.5 }, { energy: 1 }].map(
      (objective) => compile({ objective }, { energy }).drafters[0]?.predictedLength as number,
    );
    expect(lengths).toEqual(lengths.toSorted((left, right) => right - left));
  });

  test('estimated is labelled, and never takes the place of a measurement', () => {
    const powerModel = { name: 'data sheet', idleWatts: 10, wattsPerThread: 5 };
    const plan = compile({ objective: { energy: 1 }, powerModel });
    expect(plan.energy).toMatchObject({ kind: 'estimated', source: 'data sheet' });
    // 10 + 2 x 5 watts for the 10 ms of a plain pass.
    expect(plan.energy?.plainJoules).toBeCloseTo(0.2, 6);
    expect(compile({ objective: { energy: 1 }, powerModel }, { energy }).energy?.kind).toBe('measured');
  });

  test('estimates nothing beside a reading of the target', () => {
    // Regression: a draft that no meter read was estimated, and weighed against what the meter said of the target.
    const powerModel = { name: 'data sheet', idleWatts: 0, wattsPerThread: 0.001 };
    const ofTarget = { ...energy, measured: energyEntries(targetConfiguration, [1, 1.1, 1.2]) };
    const plan = compile({ objective: { energy: 1 }, powerModel }, { energy: ofTarget });
    expect(plan.drafters).toEqual([]);
    expect(plan.energy).toMatchObject({ kind: 'measured', plainJoules: 1, joules: 1 });
    const told = plan.decisions.map(({ text }) => text);
    expect(told).toContain('data sheet estimates nothing: a meter read the target');
    expect(told).toContainEqual(expect.stringMatching(/small\.gguf is left out: .*its own is not known/));
  });
});

describe('weight formats', () => {
  const fast = { ...targetConfiguration, weightFormat: 'Q4_0' };
  const withFormats: Partial<Profile> = {
    passCosts: [...smallProfile().passCosts, stepCurve(fast, [4, 1])],
    acceptance: [acceptanceEntry({}), acceptanceEntry({ target: fast })],
  };

  test("the target stays in its file's unless another is permitted, which is reported as another target", () => {
    const own = compile({}, withFormats);
    expect(own.target).toMatchObject({ isOther: false, configuration: { weightFormat: 'Q8_0' } });
    expect(textOf(own, 'formats')).toContain('Q4_0 is left out');
    const other = compile({ target: { model: 'big.gguf', formats: ['Q4_0'] } }, withFormats);
    expect(other.target).toMatchObject({ isOther: true, configuration: { weightFormat: 'Q4_0' } });
    expect(textOf(other, 'formats')).toMatch(/ANOTHER TARGET: Q4_0 instead of Q8_0, \d\.\d\dx of it/);
  });

  test('a format that is permitted and slower is not taken', () => {
    const slow = { ...targetConfiguration, weightFormat: 'F16' };
    const plan = compile(
      { target: { model: 'big.gguf', formats: ['F16'] } },
      { passCosts: [...smallProfile().passCosts, stepCurve(slow, [16, 4])] },
    );
    expect(plan.target.isOther).toBe(false);
  });

  test('permitted ones are known however they are written, and named where they were not measured', () => {
    // Regression: "f16" permitted nothing, without a word.
    const half = { ...targetConfiguration, weightFormat: 'F16' };
    const plan = compile(
      { target: { model: 'big.gguf', formats: ['f16', 'q9'] } },
      {
        passCosts: [...smallProfile().passCosts, stepCurve(half, [4, 1])],
        acceptance: [acceptanceEntry({}), acceptanceEntry({ target: half })],
      },
    );
    expect(plan.target.configuration.weightFormat).toBe('F16');
    expect(textOf(plan, 'formats')).toContain('the target as q9 is permitted and was not measured');
  });

  test('drafts take the best one', () => {
    const small = { ...draftConfiguration, weightFormat: 'Q4_0' };
    const rounds = smallProfile().roundCosts[0] as Profile['roundCosts'][number];
    const plan = compile(
      {},
      {
        roundCosts: [rounds, { ...rounds, draft: small, milliseconds: [10, 10.6, 11.8, 16, 20, 25] }],
        passCosts: [...smallProfile().passCosts, stepCurve(small, [0.4, 0.1])],
        acceptance: [acceptanceEntry({}), acceptanceEntry({ draft: small })],
      },
    );
    expect(plan.drafters[0]?.draft?.weightFormat).toBe('Q4_0');
    expect(textOf(plan, 'formats')).toContain('small.gguf drafts as Q4_0: Q8_0 would be 0.');
  });
});

describe('cache types', () => {
  const fast = { ...targetConfiguration, cacheType: 'q8_0' };
  const withTypes: Partial<Profile> = {
    passCosts: [...smallProfile().passCosts, stepCurve(fast, [4, 1])],
    acceptance: [acceptanceEntry({}), acceptanceEntry({ target: fast })],
  };

  test("the target's cache is what the engine chooses unless another is permitted, which is another target", () => {
    const own = compile({}, withTypes);
    expect(own.target).toMatchObject({ isOther: false, requantised: false });
    expect(own.target.configuration.cacheType).toBeUndefined();
    expect(textOf(own, 'formats')).toMatch(
      /Q8_0 with a q8_0 cache is left out: that is another target, and target\.cacheTypes does not permit it/,
    );
    const other = compile({ target: { model: 'big.gguf', cacheTypes: ['q8_0'] } }, withTypes);
    // Its weights are those of its file.
    expect(other.target).toMatchObject({
      isOther: true,
      requantised: false,
      configuration: { weightFormat: 'Q8_0', cacheType: 'q8_0' },
    });
    expect(textOf(other, 'formats')).toMatch(
      /ANOTHER TARGET: Q8_0 with a q8_0 cache instead of Q8_0, \d\.\d\dx of it/,
    );
    expect(parsePlan(JSON.stringify(other), 'plan.json')).toEqual(other);
  });

  test('one that is permitted and slower is not taken', () => {
    const slow = { ...targetConfiguration, cacheType: 'q4_0' };
    const plan = compile(
      { target: { model: 'big.gguf', cacheTypes: ['q4_0'] } },
      { passCosts: [...smallProfile().passCosts, stepCurve(slow, [16, 4])] },
    );
    expect(plan.target).toMatchObject({ isOther: false, requantised: false });
  });

  test('one does not permit the weight format beside it, nor the other way round', () => {
    const both = { ...fast, weightFormat: 'Q4_0' };
    const profile = {
      passCosts: [...smallProfile().passCosts, stepCurve(both, [4, 1])],
      acceptance: [acceptanceEntry({}), acceptanceEntry({ target: both })],
    };
    for (const permitted of [{ cacheTypes: ['q8_0'] }, { formats: ['Q4_0'] }])
      expect(compile({ target: { model: 'big.gguf', ...permitted } }, profile).target.isOther).toBe(false);
    const permitted = { cacheTypes: ['q8_0'], formats: ['Q4_0'] };
    expect(compile({ target: { model: 'big.gguf', ...permitted } }, profile).target).toMatchObject({
      isOther: true,
      requantised: true,
    });
  });

  test('a target that was measured with another one alone is refused by what to permit', () => {
    const profile = { passCosts: [stepCurve(fast, [4, 1])], roundCosts: [], memory: [] };
    expect(() => compile({ drafters: [] }, profile)).toThrow(
      /measured as Q8_0 with a q8_0 cache alone.*target\.cacheTypes/,
    );
  });

  test('drafts take the best one, of those that the pipeline leaves them', () => {
    const small = { ...draftConfiguration, cacheType: 'q8_0' };
    const rounds = smallProfile().roundCosts[0] as Profile['roundCosts'][number];
    const profile = {
      roundCosts: [rounds, { ...rounds, draft: small, milliseconds: [10, 10.6, 11.8, 16, 20, 25] }],
      passCosts: [...smallProfile().passCosts, stepCurve(small, [0.4, 0.1])],
      acceptance: [acceptanceEntry({}), acceptanceEntry({ draft: small })],
    };
    const plan = compile({}, profile);
    expect(plan.drafters[0]).toMatchObject({ draft: { cacheType: 'q8_0' }, requantised: false });
    expect(plan.target.isOther).toBe(false);
    expect(textOf(plan, 'formats')).toContain(
      'small.gguf drafts as Q8_0 with a q8_0 cache: Q8_0 would be 0.',
    );
    const drafters: Pipeline['drafters'] = [
      { kind: 'draft-model', model: 'small.gguf', cacheTypes: ['q4_0'] },
    ];
    expect(compile({ drafters }, profile).drafters[0]?.draft?.cacheType).toBeUndefined();
  });

  test('acceptance with another one is not that of a draft: its tokens differ', () => {
    const small = { ...draftConfiguration, cacheType: 'q8_0' };
    const rounds = smallProfile().roundCosts[0] as Profile['roundCosts'][number];
    const plan = compile(
      {},
      { roundCosts: [rounds, { ...rounds, draft: small, milliseconds: [10, 10, 10, 10, 10, 10] }] },
    );
    expect(plan.drafters[0]?.draft?.cacheType).toBeUndefined();
  });

  test("memory of a smaller one keeps a limit that the engine's own does not", () => {
    const [target, draft] = smallProfile().memory as [MemoryEntry, MemoryEntry];
    const smaller = { ...target, configuration: fast, measured: { ...target.measured, cache: 25e6 } };
    const memory = { ...withTypes, memory: [target, draft, smaller] };
    const pipeline = { target: { model: 'big.gguf', cacheTypes: ['q8_0'] }, drafters: [] };
    const plan = compile({ ...pipeline, limits: { memoryBytes: 1_040_000_000 } }, memory);
    expect(plan).toMatchObject({ memoryBytes: 1_035_000_000, target: { isOther: true } });
  });

  test('are said in the words of other engines, or said to have none there', () => {
    const plan = compile({ target: { model: 'big.gguf', cacheTypes: ['q8_0'] } }, withTypes);
    const llama = emitLlamaServer(plan);
    expect(llama.text).toContain('--cache-type-k q8_0 --cache-type-v q8_0');
    expect(llama.inexpressible.join('\n')).not.toContain('llama-quantize');
    expect(emitVllm(plan).inexpressible.join('\n')).toContain('big with a q8_0 cache');
  });
});

describe('placement', () => {
  test('takes the threads with the most tokens per millisecond', () => {
    const single = { ...targetConfiguration, threads: 1 };
    const plan = compile({}, { passCosts: [...smallProfile().passCosts, stepCurve(single, [3, 1])] });
    expect(plan.target.configuration.threads).toBe(1);
    // Only passes were measured of it, and made of passes its rounds are less certain.
    expect(plan.drafters[0]?.costSource).toBe('passes');
    expect(textOf(plan, 'placement')).toMatch(/2 threads it would be 0\.\d\dx of that/);
  });
});

describe('the rule', () => {
  test.each<[string, Partial<Pipeline>, string]>([
    ['block where drafts are drawn', {}, 'block'],
    ['what is asked for', { rule: 'tokenwise' }, 'tokenwise'],
    ['sample-match for the same text', { seedContract: 'text' }, 'sample-match'],
    ['tokenwise for drafts of one token', { limits: { draftLength: 1 } }, 'tokenwise'],
  ])('is %s', (_, changes, rule) => {
    expect(compile(changes).rule).toBe(rule);
  });

  test('is tokenwise in greedy decoding', () => {
    const acceptance = [acceptanceEntry({ sampling: { temperature: 0 } })];
    expect(compile({ sampling: { temperature: 0 } }, { acceptance }).rule).toBe('tokenwise');
  });

  test.each([
    [0.7, 'block'],
    [0.9, 'tokenwise'],
  ])('with tokenwise measured at %f beside block at 0.8 is %s', (share, rule) => {
    const tokenwise = acceptanceEntry({
      rule: 'tokenwise',
      ...acceptanceCounts(new Array<number>(8).fill(share), 1000),
    });
    const plan = compile({}, { acceptance: [acceptanceEntry({}), tokenwise] });
    expect(plan.rule).toBe(rule);
    expect(plan.drafters[0]?.priorAcceptance[0]).toBeCloseTo(Math.max(share, 0.8), 2);
  });
});

describe('dead drafters', () => {
  test('one whose drafts cost more than the passes they save is dropped whatever it accepts', () => {
    const rounds = smallProfile().roundCosts[0] as Profile['roundCosts'][number];
    const slow = { ...rounds, milliseconds: [10, 25, 50, 100, 150, 200] };
    const plan = compile({}, { roundCosts: [slow] });
    expect(plan.drafters).toEqual([]);
    expect(textOf(plan, 'dead-drafters')).toContain('it would lose even if every token were accepted');
  });
});

describe('order and combination', () => {
  test('what copies text goes before the model where that is predicted to be better', () => {
    const changes = { acceptance: lookupAcceptance(0.98), roundCosts: lookupRounds() };
    const plan = compile({ drafters: withLookup }, changes);
    expect(plan.combination).toBe('estimate');
    expect(plan.drafters.map(({ name }) => name)).toEqual(['prompt-lookup', 'small.gguf']);
    expect(plan.predicted.speedup.estimate).toBeGreaterThan(compile().predicted.speedup.estimate);
    const single = compile({ drafters: withLookup, combination: 'single' }, changes);
    expect(single.drafters).toHaveLength(1);
  });

  test('a model that pays little still adds to what copies text', () => {
    // Copies were taken to become rarer the more the model drafts between them, so that the two seemed slower than one.
    const model = acceptanceEntry(acceptanceCounts([0.15, 0.1], 1000));
    const changes = { acceptance: [model, lookupEntry(0.98)], roundCosts: lookupRounds() };
    const plan = compile({ drafters: withLookup, combination: 'estimate' }, changes);
    const alone = compile({ drafters: [{ kind: 'prompt-lookup' }] }, changes);
    expect(plan.predicted.speedup.estimate).toBeGreaterThan(alone.predicted.speedup.estimate);
  });

  test('what copies text and gains nothing does not draft', () => {
    const plan = compile(
      { drafters: [{ kind: 'prompt-lookup' }] },
      { acceptance: lookupAcceptance(0.03), roundCosts: lookupRounds() },
    );
    expect(plan.drafters).toEqual([]);
  });

  test('and alone where it accepts too little', () => {
    const plan = compile(
      { drafters: withLookup },
      { acceptance: lookupAcceptance(0.05), roundCosts: lookupRounds() },
    );
    expect(plan.drafters.map(({ name }) => name)).toEqual(['small.gguf']);
  });

  test('is not left out where a few of the prompts were counted', () => {
    // A profile that had time for one prompt of 16 left prompt lookup out, and the plan was slower than no plan.
    const [model, lookup] = lookupAcceptance(0.05) as [AcceptanceEntry, AcceptanceEntry];
    const compiled = (promptsUsed: number): Plan =>
      compile(
        { drafters: withLookup },
        { acceptance: [model, { ...lookup, promptCount: 16, promptsUsed }], roundCosts: lookupRounds() },
      );
    expect(compiled(1).drafters.map(({ name }) => name)).toEqual(['prompt-lookup', 'small.gguf']);
    expect(textOf(compiled(1), 'drafter-order')).toMatch(
      /counted on 1 of 16 prompts, .*foretoken profile goes on/,
    );
    expect(compiled(8).drafters.map(({ name }) => name)).toEqual(['small.gguf']);
  });

  // Two prompts of eight told that it gains nothing: the plan decoded an edit plainly that learning made 1.4 times as fast.
  test('nor where nothing else drafts', () => {
    const [, lookup] = lookupAcceptance(0.03) as [AcceptanceEntry, AcceptanceEntry];
    const compiled = (promptsUsed: number): Plan =>
      compile(
        { drafters: [{ kind: 'prompt-lookup' }] },
        { acceptance: [{ ...lookup, promptCount: 8, promptsUsed }], roundCosts: lookupRounds() },
      );
    // Four of eight too, half of them: a user's file of four lost prompt lookup by the two that there was time for.
    expect(textOf(compiled(4), 'drafter-order')).toMatch(/counted on 4 of 8 prompts/);
    const plan = compiled(2);
    expect(plan.drafters.map(({ name }) => name)).toEqual(['prompt-lookup']);
    expect(textOf(plan, 'drafter-order')).toMatch(/counted on 2 of 8 prompts/);
    expect(plan.predicted.speedup.estimate).toBe(1);
    for (const emit of [emitLlamaServer, emitVllm]) expect(emit(plan).text).not.toMatch(/ngram|num_spec/);
    expect(compiled(8).drafters).toEqual([]);
  });

  test('the fallback needs no model of the plan', () => {
    const plan = compile(
      { drafters: withLookup, combination: 'single' },
      { acceptance: lookupAcceptance(0.9), roundCosts: lookupRounds() },
    );
    expect(plan.drafters[0]?.name).toBe('small.gguf');
    expect(plan.fallback.map(({ name }) => name)).toEqual(['prompt-lookup']);
  });
});

describe('the no-speculation region', () => {
  test('begins where the first length of the table does', () => {
    const plan = compile();
    const [{ table }] = plan.drafters as [Plan['drafters'][number]];
    expect(plan.noSpeculation.belowAcceptance).toEqual([table.acceptance[1]]);
    // A drafted token costs a tenth of a plain round, and has to promise 2 % over it.
    expect(table.acceptance[1]).toBeCloseTo(1.02 * 1.1 - 1, 1);
  });

  test('holds from some number of sequences on, where passes of many tokens cost as many passes', () => {
    const linear = Array.from({ length: 64 }, (_, index) => 10 + Math.max(0, index - 7) * 8);
    const passCosts = smallProfile().passCosts.map((entry) =>
      entry.configuration.model === 'big' ? { ...entry, milliseconds: linear } : entry,
    );
    const plan = compile({}, { passCosts });
    expect(plan.noSpeculation.fromSequences).toBeGreaterThan(2);
    expect(plan.noSpeculation.fromSequences).toBeLessThanOrEqual(16);
    const busy = { limits: { sequences: plan.noSpeculation.fromSequences as number } };
    expect(compile({ ...busy, objective: { throughput: 1 } }, { passCosts }).drafters).toEqual([]);
  });
});
