import { nodeDepths, treePassLengths } from '@foretoken/core';
import fc from 'fast-check';
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
  treeEntries,
} from '../../testing/small-profile.js';
import { emitLlamaServer } from '../emit/emit-llama-server.js';
import { emitVllm } from '../emit/emit-vllm.js';
import type { Pipeline } from '../pipeline/pipeline-schema.js';
import { compilePlan } from '../plan/compile-plan.js';
import { parsePlan } from '../plan/parse-plan.js';
import type { Plan } from '../plan/plan-schema.js';
import type { Profile } from '../profile/profile-schema.js';
import { answers } from '../report/answers.js';
import { frontierOf } from '../report/frontier.js';

/** The first token is right half of the time, what is behind it never: chains of one token. */
const chainAcceptance = [acceptanceEntry(acceptanceCounts([0.5, 0], 1_000_000))];
/** Of second and third children the same, nothing below: the best tree has one level. */
const wide = [
  [0.5, 0.6, 0.6, 0.1],
  [0, 0],
];

function compile(profileChanges: Partial<Profile>, pipelineChanges: Partial<Pipeline> = {}): Plan {
  const pipeline = smallPipeline(pipelineChanges);
  const profile = smallProfile({ acceptance: chainAcceptance, ...profileChanges });
  return compilePlan({ pipeline, models: smallModels(pipeline), profile });
}

const decisionsOf = ({ decisions }: Plan): string =>
  decisions.flatMap(({ pass, text }) => (pass === 'draft-trees' ? [text] : [])).join('\n');

function treeOf({ drafters }: Plan): NonNullable<Plan['drafters'][number]['tree']> {
  const [drafter] = drafters as [Plan['drafters'][number]];
  return drafter.tree as NonNullable<typeof drafter.tree>;
}

describe('draft trees', () => {
  test('are of the shape with the most tokens per millisecond, by what can be computed by hand', () => {
    const plan = compile(treeEntries(1, wide));
    const [{ tree, predictedLength }] = plan.drafters as [Plan['drafters'][number]];
    // The pass takes 10 ms for up to four tokens, and 12 for five; one pass of the draft 1 ms.
    expect(tree?.parents).toEqual([-1, -1, -1]);
    const committed = 1 + (1 - 0.5 * 0.4 * 0.4);
    expect(tree?.prediction.committedTokens).toBeCloseTo(committed, 5);
    expect(tree?.prediction.roundMilliseconds).toBeCloseTo(11, 9);
    expect(plan.predicted.speedup.estimate).toBeCloseTo((committed * 10) / 11, 5);
    expect(plan.predicted).toMatchObject({
      speedup: tree?.prediction.speedup,
      committedTokens: expect.closeTo(committed, 5),
    });
    expect(predictedLength).toBe(1);
    expect(plan.rule).toBe('traversal');
    expect(decisionsOf(plan)).toMatch(
      /^small\.gguf drafts trees of 3 nodes \(3\): 1\.28x of its best chain, of 1 tokens by the objective, 1\.75x \[/,
    );
    expect(parsePlan(JSON.stringify(plan), 'plan.json')).toEqual(plan);
  });

  test('are left out while less than half of the prompts were counted', () => {
    // One prompt that copies, of eight, made trees of 2.2 times plain decoding out of a model that reached 1.1.
    const plan = compile(treeEntries(1, wide, { promptCount: 8, promptsUsed: 1 }));
    expect(plan.drafters[0]?.tree).toBeUndefined();
    expect(decisionsOf(plan)).toContain('counted on 1 of 8 prompts: foretoken profile goes on');
  });

  test('go deep where depth pays, each level in a pass of the draft that reads what leads to it again', () => {
    const chains = [acceptanceEntry(acceptanceCounts([0.5, 1, 1], 1_000_000))];
    // One of two children of the root is right, and under it every first child.
    const below = new Array<number[]>(7).fill([1, 0]);
    const plan = compile({ acceptance: chains, ...treeEntries(1, [[0.5, 0.98], ...below]) });
    const { parents, prediction } = treeOf(plan);
    // Two branches of as many levels: the target reads 1 + 2 levels, the draft 1, 2, 4, 6, ... tokens.
    const lengths = [1, 2, 4, 6, 8, 10, 12, 14];
    const rounds = lengths.map((_, index) => {
      const levels = index + 1;
      const passes = lengths.slice(0, levels).map((tokens) => 0.8 + 0.2 * Math.ceil(tokens / 4));
      const cost = 8 + 2 * Math.ceil((1 + 2 * levels) / 4) + passes.reduce((sum, pass) => sum + pass, 0);
      return { cost, committed: 1 + 0.99 * levels };
    });
    const rateOf = (committed: number, cost: number): number => committed / cost;
    const best = Math.max(...rounds.map(({ committed, cost }) => rateOf(committed, cost)));
    const found = rateOf(prediction.committedTokens, prediction.roundMilliseconds);
    // A branch may be longer than the other by the one node that the kernel's step leaves free.
    expect(found).toBeGreaterThan(best * (1 - 1e-6));
    expect(found).toBeLessThan(1.03 * best);
    expect(Math.max(...nodeDepths({ parents }))).toBeGreaterThanOrEqual(7);
  });

  test('never make a plan worse than its chains, and are only there where they make it better by a fiftieth', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const ranks = fc.array(fc.array(share, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    const chains = fc.array(share, { minLength: 1, maxLength: 4 });
    let taken = 0;
    const runs = 40;
    fc.assert(
      fc.property(ranks, chains, fc.double({ min: 1, max: 1.5, noNaN: true }), (shares, chain, passRatio) => {
        const acceptance = [acceptanceEntry(acceptanceCounts(chain, 1_000_000))];
        const profile = { acceptance, ...treeEntries(passRatio, shares) };
        const [withTrees, without] = [compile(profile), compile(profile, { rule: 'block' })];
        const gain = withTrees.predicted.speedup.estimate / without.predicted.speedup.estimate;
        const tree = withTrees.drafters[0]?.tree;
        if (tree === undefined) expect(gain).toBeCloseTo(1, 9);
        else expect(gain).toBeGreaterThanOrEqual(1.02 - 1e-9);
        if (tree !== undefined) taken += 1;
      }),
      { seed: 20_261_128, numRuns: runs },
    );
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(runs);
  });

  test.each([
    // Two children of the root take as long as the chain of one token.
    [0.03, undefined],
    [0.09, [-1, -1]],
  ])('whose second children are right with %f have to add a fiftieth to the best chain', (share, parents) => {
    const plan = compile(
      treeEntries(1, [
        [0.5, share],
        [0, 0],
      ]),
    );
    expect(plan.drafters[0]?.tree?.parents).toEqual(parents);
    const gain = (1.5 + 0.5 * share) / 1.5;
    expect(decisionsOf(plan)).toContain(`${gain.toFixed(2)}x of its best chain`);
  });

  test('that cost more than they bring are not drafted, and what they would give is said', () => {
    const plan = compile(treeEntries(1.4, wide));
    expect(plan.drafters[0]?.tree).toBeUndefined();
    // (1.92 / 15) / (1.5 / 11)
    expect(decisionsOf(plan)).toMatch(
      /drafts chains: the best trees, of 3 nodes \(3\), would be 0\.94x of its best/,
    );
    expect(plan.rule).toBe('tokenwise');
  });

  // A tree of one node was planned for at 1.21 of plain decoding, where drafts of one token, of which more was measured, were at 1.00.
  test('that are chains are left to what is known of chains', () => {
    const plan = compile(
      treeEntries(1, [
        [0.9, 0],
        [0, 0],
      ]),
    );
    expect(plan.drafters[0]).toMatchObject({ predictedLength: 1 });
    expect(plan.drafters[0]?.tree).toBeUndefined();
    expect(decisionsOf(plan)).toBe(
      'small.gguf drafts chains: no tree is better than plain decoding or a chain',
    );
  });

  test('make a drafter that pays of one whose chains do not', () => {
    const acceptance = [acceptanceEntry(acceptanceCounts([0.05, 0], 1_000_000))];
    const plan = compile({
      acceptance,
      ...treeEntries(1, [
        [0.05, 0.9],
        [0, 0],
      ]),
    });
    expect(plan.drafters[0]).toMatchObject({ predictedLength: 0, tree: { parents: [-1, -1] } });
    expect(decisionsOf(plan)).toContain('x of plain decoding by the objective');
  });

  test.each<[string, Partial<Profile>, Partial<Pipeline>, RegExp]>([
    ['not profiled', { ...treeEntries(1, wide), treePasses: [] }, {}, /passes over trees were not measured/],
    [
      'not counted',
      { ...treeEntries(1, wide), treeAcceptance: [] },
      {},
      /acceptance of its trees was not measured/,
    ],
    [
      'counted with other sampling settings',
      treeEntries(1, wide, { sampling: { temperature: 1 } }),
      {},
      /acceptance of its trees was not measured/,
    ],
    [
      'nothing that the engine reads',
      {
        ...treeEntries(1, wide),
        treePasses: [{ configuration: targetConfiguration, contextTokens: 64, trees: [] }],
      },
      {},
      /the target reads no trees on engine 1\.0/,
    ],
    ['refused by the rule', treeEntries(1, wide), { rule: 'block' }, /the rule block takes no trees/],
    [
      'counted with another rule',
      treeEntries(1, wide),
      { seedContract: 'text' },
      /measured with traversal, and not with sample-match/,
    ],
    [
      'of another vocabulary',
      {
        ...treeEntries(1, wide),
        acceptance: [
          { ...acceptanceEntry(acceptanceCounts([0.5, 0], 1_000_000)), drafter: 'small.gguf (tli)' },
        ],
      },
      { drafters: [{ kind: 'draft-model', model: 'small.gguf', vocabulary: 'tli' }] },
      /another vocabulary drafts no trees/,
    ],
    [
      'of unknown cost to several sequences at once',
      treeEntries(1, wide),
      { objective: { throughput: 1 }, limits: { sequences: 2 } },
      /costs of trees that the objective asks for were not measured/,
    ],
  ])('that are %s are left alone, and that is said', (_, profile, pipeline, reason) => {
    const plan = compile(profile, pipeline);
    expect(plan.drafters[0]?.tree).toBeUndefined();
    expect(decisionsOf(plan)).toMatch(reason);
  });

  test('keep the limits: nodes, leaves and siblings of those that were measured, and the draft length', () => {
    const rich = [
      [0.5, 0.9, 0.9, 0.9],
      [0.9, 0.9],
      [0.9, 0.9],
    ];
    const { parents } = treeOf(compile(treeEntries(1, rich)));
    expect(parents.length).toBeLessThanOrEqual(28);
    expect(parents.length - new Set(parents.filter((parent) => parent >= 0)).size).toBeLessThanOrEqual(16);
    const short = compile(treeEntries(1, rich), { limits: { draftLength: 2 } });
    expect(short.drafters[0]?.tree?.parents).toHaveLength(2);
  });

  test.each([
    ['4', 4],
    ['2,2', undefined],
  ])('of the shape %s where the pipeline names it, and no chain', (shape, nodes) => {
    const drafters: Pipeline['drafters'] = [{ kind: 'draft-model', model: 'small.gguf', tree: shape }];
    const plan = compile(
      treeEntries(1, [
        [0.2, 0.2, 0.2, 0.2],
        [0, 0],
      ]),
      { drafters },
    );
    // Four children: 1.59 tokens in 13 ms; two and four: 1.36 in 15 or more.
    expect(plan.drafters[0]?.tree?.parents.length).toBe(nodes);
    expect(plan.drafters).toHaveLength(nodes === undefined ? 0 : 1);
  });

  describe('of heads', () => {
    const head: Pipeline['drafters'] = [{ kind: 'head', head: 'eagle' }];
    const rounds = smallProfile().roundCosts[0] as Profile['roundCosts'][number];
    const ofHead = <Entry extends object>(entry: Entry) => ({ ...entry, draft: null, drafter: 'eagle' });
    /** The profile of a draft model's trees, as that of a head whose passes and acceptance are the same. */
    const asHead = ({ treePasses, treeAcceptance }: ReturnType<typeof treeEntries>): Partial<Profile> => {
      const { lengths, milliseconds } = stepCurve(draftConfiguration, [0.8, 0.2]);
      return {
        treePasses,
        headPasses: [
          { target: targetConfiguration, head: 'eagle', contextTokens: 64, lengths, milliseconds },
        ],
        roundCosts: [ofHead(rounds)],
        acceptance: chainAcceptance.map(ofHead),
        treeAcceptance: treeAcceptance.map(ofHead),
      };
    };

    test.each([
      ['as they are best', wide, undefined],
      ['deep ones', [[0.5, 0.98], ...new Array<number[]>(7).fill([1, 0])], undefined],
      ['as the pipeline names them', [[0.2, 0.2, 0.2, 0.2]], '4'],
    ])('are those of a draft model with the same costs and acceptance: %s', (_, shares, tree) => {
      const entries = treeEntries(1, shares);
      const planned = compile(asHead(entries), { drafters: [{ kind: 'head', head: 'eagle', tree }] });
      const like = compile(entries, { drafters: [{ kind: 'draft-model', model: 'small.gguf', tree }] });
      const [{ parents, prediction }, expected] = [treeOf(planned), treeOf(like)];
      expect(parents).toEqual(expected.parents);
      expect(prediction.committedTokens).toBe(expected.prediction.committedTokens);
      expect(prediction.roundMilliseconds).toBeCloseTo(expected.prediction.roundMilliseconds, 9);
      expect(decisionsOf(planned)).toMatch(/^eagle.* drafts trees of \d+ nodes \(/);
      expect(parsePlan(JSON.stringify(planned), 'plan.json')).toEqual(planned);
    });

    test.each<[string, Partial<Profile>, Pipeline['drafters'], RegExp]>([
      ['whose passes were not measured', { headPasses: [] }, head, /costs of trees .* were not measured/],
      ['whose acceptance was not counted', { treeAcceptance: [] }, head, /acceptance of its trees was not/],
      ['for a target that reads none', { treePasses: [] }, head, /passes over trees were not measured/],
      [
        'that draft chains alone',
        {
          acceptance: chainAcceptance.map((entry) => ({ ...ofHead(entry), drafter: 'mlp-speculator' })),
          roundCosts: [{ ...ofHead(rounds), drafter: 'mlp-speculator' }],
        },
        [{ kind: 'head', head: 'mlp-speculator' }],
        /^mlp-speculator drafts chains: this head drafts no trees/,
      ],
    ])('%s are left alone, and that is said', (_, changes, drafters, reason) => {
      const plan = compile({ ...asHead(treeEntries(1, wide)), ...changes }, { drafters });
      expect(plan.drafters[0]?.tree).toBeUndefined();
      expect(decisionsOf(plan)).toMatch(reason);
    });

    test('take the memory of the head, which a limit counts', () => {
      // Regression: only the target's memory counted, whatever drafted for it.
      const measured = { weights: 2e8, cache: 0, buffers: 0 };
      const profile = asHead(treeEntries(1, wide));
      const plan = (memoryBytes: number | undefined, headMemory: Profile['headMemory']): Plan =>
        compile({ ...profile, headMemory }, { drafters: head, limits: { memoryBytes } });
      const entries = [{ head: 'eagle', predicted: {}, measured }];
      const target = plan(undefined, entries).memoryBytes as number;
      expect(target).toBeGreaterThan(1.2e9);
      expect(plan(target, entries).drafters).toHaveLength(1);
      const without = plan(target - 1, entries);
      expect(without).toMatchObject({ drafters: [], memoryBytes: target - 2e8 });
      expect(without.decisions.map(({ text }) => text)).toContainEqual(
        expect.stringMatching(/^eagle is left out: it takes 1\d+\.\d MB with the target/),
      );
      // Of an older profile nothing is known.
      expect(plan(undefined, undefined).memoryBytes).toBeNull();
      expect(plan(target, undefined).drafters).toEqual([]);
    });

    test('are known from passes alone, and without those of the head nothing is', () => {
      const passes = { ...asHead(treeEntries(1, wide)), roundCosts: [] };
      const plan = compile(passes, { drafters: head });
      expect(plan.drafters[0]).toMatchObject({ costSource: 'passes', tree: { parents: [-1, -1, -1] } });
      expect(() => compile({ ...passes, headPasses: [] }, { drafters: head })).toThrow(
        'eagle: what its rounds cost was not measured',
      );
    });

    test('with wide levels cost what the head takes for several entries, not for as many steps', () => {
      const dear = asHead(treeEntries(1, wide));
      const [passes] = dear.headPasses as [NonNullable<Profile['headPasses']>[number]];
      // A level of one node takes as long as before, several take 20 ms more.
      const milliseconds = passes.milliseconds.map((time, index) => (index === 0 ? time : time + 20));
      const deep = compile({ ...dear, headPasses: [{ ...passes, milliseconds }] }, { drafters: head });
      // All nodes of the best tree are children of the root.
      expect(treeOf(deep).parents).toEqual([-1, -1, -1]);
      const shares = [[0.5, 0.98], ...new Array<number[]>(7).fill([1, 0])];
      const entries = { ...asHead(treeEntries(1, shares)), headPasses: [{ ...passes, milliseconds }] };
      const { parents } = treeOf(compile(entries, { drafters: head }));
      expect(new Set(treePassLengths({ parents }))).toEqual(new Set([1]));
    });
  });

  describe('and formats', () => {
    const other = { ...draftConfiguration, weightFormat: 'Q4_0' };
    const rounds = smallProfile().roundCosts[0] as Profile['roundCosts'][number];
    const { passCosts } = smallProfile();
    /** In Q4_0 the chains are worse, and later siblings of its trees are right as often as given. */
    const inBoth = (laterShare: number): Partial<Profile> => {
      const trees = treeEntries(1, [
        [0.5, 0.1, 0, 0],
        [0, 0],
      ]);
      const { treeAcceptance } = treeEntries(
        1,
        [
          [0.4, laterShare, laterShare, 0],
          [0, 0],
        ],
        { draft: other },
      );
      return {
        passCosts: [...passCosts, stepCurve(other, [0.8, 0.2])],
        roundCosts: [rounds, { ...rounds, draft: other }],
        acceptance: [
          ...chainAcceptance,
          acceptanceEntry({ ...acceptanceCounts([0.4, 0], 1_000_000), draft: other }),
        ],
        treePasses: trees.treePasses,
        treeAcceptance: [...trees.treeAcceptance, ...treeAcceptance],
      };
    };

    test.each([
      [0.8, 'Q4_0'],
      [0.1, 'Q8_0'],
    ])('of the draft are chosen with the trees: with later siblings right in %f, %s', (share, format) => {
      const plan = compile(inBoth(share));
      expect(plan.drafters[0]).toMatchObject({ draft: { weightFormat: format } });
      const gains = ['Q8_0', 'Q4_0'].map((one) => {
        const drafters: Pipeline['drafters'] = [{ kind: 'draft-model', model: 'small.gguf', formats: [one] }];
        return compile(inBoth(share), { drafters }).predicted.speedup.estimate;
      });
      expect(plan.predicted.speedup.estimate).toBe(Math.max(...gains));
    });

    test('that no rule for trees may verify are chosen by chains', () => {
      const plan = compile(inBoth(0.8), { rule: 'block' });
      expect(plan.drafters[0]).toMatchObject({ draft: { weightFormat: 'Q8_0' } });
    });
  });

  test('after what copies text, with the rule for trees', () => {
    const rounds = smallProfile().roundCosts[0] as Profile['roundCosts'][number];
    const lookup = {
      ...rounds,
      draft: null,
      drafter: 'prompt-lookup',
      milliseconds: [10, 10.2, 10.2, 12, 14, 16],
    };
    const plan = compile(
      {
        roundCosts: [rounds, lookup],
        acceptance: [...chainAcceptance, lookupEntry(0.98)],
        ...treeEntries(1, wide),
      },
      { drafters: [...smallPipeline().drafters, { kind: 'prompt-lookup' }] },
    );
    expect(plan.drafters.map(({ name, tree }) => [name, tree?.parents.length])).toEqual([
      ['prompt-lookup', undefined],
      ['small.gguf', 3],
    ]);
    expect(plan.rule).toBe('traversal');
    const alone = compile(treeEntries(1, wide));
    expect(plan.predicted.speedup.estimate).toBeGreaterThan(alone.predicted.speedup.estimate);
  });

  test.each([
    ['auto', 'traversal'],
    ['recursive-rejection', 'recursive-rejection'],
    ['k-seq', 'tokenwise'],
  ])('in greedy decoding with the rule %s are verified by any but k-seq', (rule, chosen) => {
    const sampling = { temperature: 0 };
    const [entry] = chainAcceptance as [Profile['acceptance'][number]];
    const profile = { acceptance: [{ ...entry, sampling }], ...treeEntries(1, wide, { sampling }) };
    const plan = compile(profile, { sampling, rule });
    if (rule === 'k-seq') expect(plan.drafters[0]?.tree).toBeUndefined();
    else expect(plan).toMatchObject({ rule: chosen, drafters: [{ tree: { parents: [-1, -1, -1] } }] });
  });

  test('are weighed up by joules where the objective asks for them', () => {
    const measured = [
      ...energyEntries(targetConfiguration, [1, 4, 8]),
      ...energyEntries(draftConfiguration, [0.1, 0.1, 0.1]),
    ];
    const energy: Profile['energy'] = { meters: ['RAPL'], unreadable: [], measured, estimated: [] };
    // A joule for every token that the target reads: no draft pays.
    expect(compile({ energy, ...treeEntries(1, wide) }, { objective: { energy: 1 } }).drafters).toEqual([]);
    const plan = compile({ energy, ...treeEntries(1, wide) });
    // Of a pass over four tokens, and one of the draft.
    expect(plan.energy?.joules).toBeCloseTo((4 + 0.1) / 1.92, 5);
  });
});

describe('a plan with trees', () => {
  const plan = compile(treeEntries(1, wide));

  test.each<[string, unknown, string]>([
    ['parents', [-1, 1], 'drafters.0.tree.parents: not earlier nodes'],
    ['parents', [-1, 0, -1], 'drafters.0.tree.parents: not earlier nodes'],
    ['parents', [], 'drafters.0.tree.parents'],
  ])('is refused with %s %j', (key, value, message) => {
    const changed = structuredClone(plan);
    Object.assign(changed.drafters[0]?.tree as object, { [key]: value });
    expect(() => parsePlan(JSON.stringify(changed), 'plan.json')).toThrow(message);
  });

  test('is refused with a rule that takes none', () => {
    const changed = { ...plan, rule: 'block' };
    expect(() => parsePlan(JSON.stringify(changed), 'plan.json')).toThrow('rule: block takes no trees');
  });

  test('in the words of other engines is a chain, and that is said', () => {
    for (const { text, inexpressible } of [emitLlamaServer(plan), emitVllm(plan)]) {
      expect(inexpressible.join('\n')).toContain(
        'small.gguf: trees of 3 nodes; it drafts chains, here its best chain',
      );
      expect(text).toContain('small.gguf');
    }
  });

  test('is in the report with what its trees give', () => {
    const points = frontierOf(plan, smallProfile());
    const both = points.find(({ kind }) => kind === 'plan');
    expect(both?.millisecondsPerToken).toBeCloseTo(11 / 1.92, 4);
    const alternatives = [...plan.drafters];
    const [pairing] = answers({ ...plan, drafters: [], alternatives }, points);
    expect(pairing).toContain('small.gguf alone would give 1.75x');
  });
});
