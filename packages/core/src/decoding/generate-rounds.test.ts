import { describe, expect, test } from 'vitest';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftOutcome } from '../contract/draft-outcome.js';
import type { Draft } from '../contract/draft.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import type { ForwardOptions, ForwardRequest, ForwardResult } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import type { DraftLengthController, RoundMeasurement } from '../scheduling/draft-length-controller.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import type { DecodeEvent, RoundEndEvent, TokenCommittedEvent } from './decode-event.js';
import { generate } from './generate.js';
import type { GenerateOptions } from './generate-options.js';
import { generateText } from './generate-text.js';

const vocabularySize = 3;
const prompt = [0, 1, 2, 0, 1];
const signal = new AbortController().signal;
function shortMemory(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-4));
}
const draftModel = createTableModel({ law: shortMemory(2), vocabularySize });

interface Round {
  readonly events: readonly DecodeEvent[];
  readonly committed: readonly TokenCommittedEvent[];
  readonly end: RoundEndEvent;
  /** What the target's sequence held at the end of the round. */
  readonly cached: number;
}

/** One generation, with everything that model, drafter and controller were asked and told. */
async function record(
  options: Partial<GenerateOptions> = {},
  lengths: readonly number[] = [3, 0, 1],
  passTokens = 256,
  needsHiddenStates = false,
) {
  const target: LanguageModel = createTableModel({ law: shortMemory(1), vocabularySize, contextLength: 60 });
  const requests: { request: ForwardRequest; options: ForwardOptions | undefined }[] = [];
  const forward = target.forward.bind(target);
  let last: readonly ForwardResult[] = [];
  let now = 0;
  Object.assign(target, {
    capabilities: { ...target.capabilities, maximumPassTokens: passTokens },
    forward: async (asked: readonly ForwardRequest[], given?: ForwardOptions) => {
      requests.push({ request: asked[0] as ForwardRequest, options: given });
      now += 100;
      // What a pass gave belongs to the model, which writes over it in the next one.
      for (const { logits, hiddenStates } of last) {
        for (let row = 0; row < logits.rowCount; row++) logits.read(row).fill(Number.NaN);
        for (const row of hiddenStates ?? []) row.fill(Number.NaN);
      }
      last = await forward(asked, given);
      return last;
    },
  });
  const inner = createModelDrafter({ model: draftModel, target });
  const proposals: { context: DraftContext; tokens: number[]; budget: DraftBudget; draft: Draft }[] = [];
  const outcomes: DraftOutcome[] = [];
  const drafter: Drafter = {
    name: inner.name,
    needsHiddenStates,
    async propose(context, budget) {
      const draft = await inner.propose(context, budget);
      proposals.push({ context, tokens: [...context.tokens], budget, draft });
      now += 10;
      return draft;
    },
    observe(outcome) {
      outcomes.push(outcome);
      now += 1;
    },
    close: () => inner.close(),
  };
  const limits: number[] = [];
  const measurements: RoundMeasurement[] = [];
  const draftLength = {
    name: 'taking turns',
    next: (limit: number) => Math.min(limit, lengths[(limits.push(limit) - 1) % lengths.length] as number),
    shouldStop: () => false,
    observe: (round: RoundMeasurement) => void measurements.push(round),
  };
  const sequence = target.createSequence();
  const all = { target, sequence, drafter, draftLength, prompt, signal, clock: () => now, ...options };
  const rounds: Round[] = [];
  let events: DecodeEvent[] = [];
  for await (const event of generate(all)) {
    events.push(event);
    if (event.type !== 'round-end') continue;
    const committed = events.filter((earlier) => earlier.type === 'token-committed');
    rounds.push({ events, committed, end: event, cached: sequence.length });
    events = [];
  }
  const [end] = events;
  if (events.length !== 1 || end?.type !== 'generation-end') throw new Error('Not one event ends it.');
  await drafter.close();
  return { all, end, rounds, requests, proposals, outcomes, limits, measurements };
}

describe('every round', () => {
  test('asks, proposes, commits and reports the same tokens', async () => {
    const origins = new Set<string>();
    for (let seed = 0; seed < 10; seed++) {
      const { all, end, rounds, requests, proposals, outcomes, limits, measurements } = await record({
        seed,
        maximumTokens: 30,
      });
      const tokens = [...prompt];
      const passes = requests.slice(1);
      let asked = 0;
      expect(passes).toHaveLength(rounds.length);
      for (const [number, { events, committed, end: ended, cached }] of rounds.entries()) {
        const askedLength = (measurements[number] as RoundMeasurement).askedLength;
        const proposal = askedLength > 0 ? proposals[asked] : undefined;
        const drafted = proposal?.draft.tokens ?? [];
        const accepted = ended.acceptedCount;
        const added = committed.map(({ token }) => token);
        if (proposal !== undefined) {
          const { context, budget, draft } = proposal;
          expect(proposal.tokens).toEqual(tokens);
          expect(budget.maximumTokens).toBe(askedLength);
          expect(budget.maximumLeaves).toBe(1);
          expect(budget.independentSiblings).toBe(false);
          expect(context).toMatchObject({ promptLength: prompt.length, signal, targetHiddenRows: undefined });
          expect(context.shouldStop).toBe((all.draftLength as DraftLengthController).shouldStop);
          const { parents, drafters } = draft;
          const said = { type: 'draft-end', round: number, tokens: drafted, parents, drafters };
          expect(events[0]).toMatchObject(said);
          const outcome = outcomes[asked] as DraftOutcome;
          expect(outcome.acceptedPath).toEqual(drafted.slice(0, accepted).map((_, node) => node));
          expect(outcome.committedTokens).toEqual(added);
          expect(outcome.committedLength).toBe(tokens.length + added.length);
          asked += 1;
        }
        expect(events).toHaveLength(added.length + (proposal === undefined ? 1 : 2));
        const pass = passes[number] as (typeof passes)[number];
        expect(pass.request).toMatchObject({ tokens: [tokens.at(-1), ...drafted], rows: 'all' });
        expect(pass.request.parents).toBeUndefined();
        expect(pass.request.hiddenStates ?? false).toBe(false);
        expect(pass.options?.signal).toBe(signal);

        expect(added.slice(0, -1)).toEqual(drafted.slice(0, accepted));
        for (const [index, event] of committed.entries()) {
          const last = drafted.length === 0 ? 'plain' : accepted === drafted.length ? 'bonus' : 'correction';
          expect(event.origin).toBe(index < accepted ? 'draft' : last);
          expect(event.drafter).toBe(index < accepted ? draftModel.name : undefined);
          expect(event.index).toBe(tokens.length - prompt.length + index);
          expect(event.logprobs).toBeUndefined();
          origins.add(event.origin);
        }
        tokens.push(...added);
        expect(cached).toBe(tokens.length - 1);
        const counts = {
          draftedCount: drafted.length,
          acceptedCount: accepted,
          committedCount: added.length,
        };
        expect(ended).toMatchObject({ round: number, ...counts });
        expect(measurements[number]).toMatchObject({ askedLength, ...counts });
      }
      expect(asked).toBe(proposals.length);
      expect(outcomes).toHaveLength(asked);
      expect(end.tokens).toEqual(tokens.slice(prompt.length));
      expect(end.finishReason).toBe('maximum-tokens');
      // A limit of 0 is not worth a question.
      expect(limits.every((limit) => limit > 0)).toBe(true);
    }
    expect(origins).toEqual(new Set(['draft', 'plain', 'bonus', 'correction']));
  });

  test('may draft what the token limit leaves beside the token that every round commits', async () => {
    const { rounds, limits } = await record({ maximumTokens: 20 });
    let done = 0;
    const expected: number[] = [];
    for (const { committed } of rounds) {
      expected.push(20 - done - 1);
      done += committed.length;
    }
    expect(limits).toEqual(expected.filter((limit) => limit > 0));
  });

  test('may draft what the context leaves, and ends where it is full', async () => {
    const { all, rounds, limits, end } = await record({}, [40]);
    let length = prompt.length;
    const expected: number[] = [];
    for (const { committed } of rounds) {
      expected.push(all.target.contextLength - length);
      length += committed.length;
    }
    expect(limits).toEqual(expected.filter((limit) => limit > 0));
    expect(end.finishReason).toBe('context-full');
    expect(end.tokens).toHaveLength(all.target.contextLength - prompt.length + 1);
  });

  test('may draft one token less than a pass may read', async () => {
    const { limits, requests } = await record({ maximumTokens: 12 }, [40], 4);
    expect(Math.max(...limits)).toBe(3);
    const widths = requests.slice(1).map(({ request }) => request.tokens.length);
    expect(Math.max(...widths)).toBe(4);
  });

  test('gives a drafter that needs them the hidden states of what the last pass kept', async () => {
    const lengths = [3, 3, 0, 1];
    const { rounds, requests, proposals, outcomes } = await record({ maximumTokens: 40 }, lengths, 256, true);
    expect(requests.slice(1).every(({ request }) => request.hiddenStates === true)).toBe(true);
    // A row of the table model begins with the token that it is the state of.
    const newest = (rows: readonly Float32Array[] | undefined) => rows?.map((row) => row[0]);
    const started = rounds.map(
      ({ committed }) => prompt.length + (committed[0] as TokenCommittedEvent).index,
    );
    for (const { context, tokens } of proposals.slice(1)) {
      const before = rounds[started.indexOf(tokens.length) - 1] as Round;
      const kept = tokens.slice(-1 - before.committed.length, -1);
      expect(newest(context.targetHiddenRows)).toEqual(kept);
    }
    for (const [index, { hiddenRows, committedTokens }] of outcomes.entries()) {
      const { tokens } = proposals[index] as (typeof proposals)[number];
      expect(newest(hiddenRows)).toEqual([tokens.at(-1), ...committedTokens.slice(0, -1)]);
    }
  });

  test('asks for independent siblings where the rule needs them, and for branches where it takes them', async () => {
    for (const [rule, independentSiblings] of [
      ['k-seq', true],
      ['recursive-rejection', false],
    ] as const) {
      const { proposals, all } = await record({ rule, maximumTokens: 12 });
      const { maximumLeaves } = all.target.capabilities;
      for (const { budget } of proposals)
        expect(budget).toMatchObject({ maximumLeaves, independentSiblings });
    }
  });

  test('without a drafter is one token, and asks no controller', async () => {
    const { limits, rounds, requests } = await record({ drafter: undefined, maximumTokens: 9 });
    expect(limits).toEqual([]);
    expect(rounds.map(({ events }) => events.map(({ type }) => type))).toEqual(
      new Array(9).fill(['token-committed', 'round-end']),
    );
    expect(requests.slice(1).every(({ request }) => request.tokens.length === 1)).toBe(true);
  });
});

describe('the prompt', () => {
  test('is read but for its last token, without rows, with the caller’s signal and progress', async () => {
    const onPromptProgress = () => {};
    const { requests } = await record({ onPromptProgress, maximumTokens: 2 });
    expect(requests[0]?.request).toMatchObject({ tokens: prompt.slice(0, -1), rows: 'none' });
    expect(requests[0]?.options).toMatchObject({ signal, onProgress: onPromptProgress });
  });

  test('of one token takes no pass of its own', async () => {
    const { requests, rounds } = await record({ prompt: [1], maximumTokens: 4 });
    expect(requests).toHaveLength(rounds.length);
    expect(requests[0]?.request.tokens[0]).toBe(1);
  });
});

describe('times', () => {
  // On the clock of `record` a proposal takes 10, a pass 100, and what the drafter learns 1.
  test('are those of the round’s parts, and the counters are their sums', async () => {
    const { rounds, end, measurements } = await record({ maximumTokens: 30 });
    let drafts = 0;
    for (const [number, { end: ended }] of rounds.entries()) {
      const { askedLength } = measurements[number] as RoundMeasurement;
      const expected = {
        draftMilliseconds: askedLength > 0 ? 10 : 0,
        passMilliseconds: 100,
        roundMilliseconds: askedLength > 0 ? 111 : 100,
      };
      expect(ended).toMatchObject(expected);
      expect(measurements[number]).toMatchObject(expected);
      if (askedLength > 0) drafts += 1;
    }
    expect(drafts).toBeGreaterThan(0);
    expect(end.counters).toMatchObject({
      promptMilliseconds: 100,
      draftMilliseconds: 10 * drafts,
      passMilliseconds: 100 * rounds.length,
      decodeMilliseconds: 100 * rounds.length + 11 * drafts,
    });
  });

  test('are undefined without a clock', async () => {
    const { rounds, end } = await record({ clock: undefined, maximumTokens: 6 });
    const none = { draftMilliseconds: undefined, passMilliseconds: undefined };
    for (const { end: ended } of rounds)
      expect(ended).toMatchObject({ ...none, roundMilliseconds: undefined });
    expect(end.counters).toMatchObject({
      ...none,
      promptMilliseconds: undefined,
      decodeMilliseconds: undefined,
    });
  });
});

test('what is not given is the default: each other value gives another text for some seed', async () => {
  const target = createTableModel({ law: shortMemory(1), vocabularySize });
  const drafter = createModelDrafter({ model: draftModel, target });
  const texts = async (options: Partial<GenerateOptions>) => {
    const all: string[] = [];
    for (let seed = 0; seed < 8; seed++)
      all.push((await generateText({ target, drafter, prompt, seed, maximumTokens: 20, ...options })).text);
    return all;
  };
  const plain = await texts({});
  expect(await texts({ draftLength: 4, rule: 'block', request: 0, sampling: { temperature: 1 } })).toEqual(
    plain,
  );
  const others: readonly Partial<GenerateOptions>[] = [
    { draftLength: 3 },
    { rule: 'tokenwise' },
    { request: 1 },
    { sampling: { temperature: 0.5 } },
  ];
  for (const other of others) expect(await texts(other)).not.toEqual(plain);
  await drafter.close();
});

test('penalties see each drafted token’s own history: greedy text is the plain one', async () => {
  const target = createTableModel({ law: shortMemory(1), vocabularySize });
  const drafter = createModelDrafter({ model: draftModel, target });
  const sampling = { temperature: 0, presencePenalty: 2, frequencyPenalty: 0.5, penaltyWindow: 5 };
  const options = { target, prompt, sampling, maximumTokens: 60 };
  const { tokens } = await generateText(options);
  for (const draftLength of [1, 3, 8])
    expect((await generateText({ ...options, drafter, draftLength })).tokens).toEqual(tokens);
  await drafter.close();
});
