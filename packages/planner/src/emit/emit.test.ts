import { describe, expect, test } from 'vitest';
import {
  acceptanceEntry,
  lookupEntry,
  smallModels,
  smallPipeline,
  smallProfile,
} from '../../testing/small-profile.js';
import type { RoundCostsEntry } from '../profile/profile-schema.js';
import { compilePlan } from '../plan/compile-plan.js';
import type { Plan, PlannedDrafter } from '../plan/plan-schema.js';
import { emitLlamaServer } from './emit-llama-server.js';
import { emitVllm } from './emit-vllm.js';

const pipeline = smallPipeline({
  drafters: [{ kind: 'draft-model', model: 'small.gguf' }, { kind: 'prompt-lookup' }],
  combination: 'estimate',
});
const profile = smallProfile();
profile.roundCosts.push({
  ...(profile.roundCosts[0] as RoundCostsEntry),
  draft: null,
  drafter: 'prompt-lookup',
});
profile.acceptance = [acceptanceEntry({}), lookupEntry(0.98)];
const both = compilePlan({ pipeline, models: smallModels(pipeline), profile });
const single: Plan = { ...both, combination: 'single', drafters: both.drafters.slice(1) };

/** The plan with another drafter in place of its own. */
function withDrafter(drafter: PlannedDrafter['drafter']): Plan {
  const [planned] = single.drafters as [PlannedDrafter];
  return { ...single, drafters: [{ ...planned, name: drafter.kind, drafter }] };
}

describe('as a command line of llama-server', () => {
  test('two drafters', () => {
    const [lookup, model] = both.drafters.map(({ predictedLength }) => predictedLength) as [number, number];
    const match = Math.min(8, lookup);
    expect(emitLlamaServer(both).text).toBe(
      `llama-server -m big.gguf -t 2 -c 512 -np 1 --spec-ngram-simple-size-n ${match} --spec-ngram-simple-size-m ${lookup} --spec-draft-model small.gguf --spec-draft-n-max ${model} --spec-draft-p-min 0 --spec-draft-threads 2 --spec-type ngram-simple,draft-simple --temp 0.8 --top-k 0 --top-p 1 --min-p 0`,
    );
  });

  test('says what has no words there', () => {
    const { inexpressible } = emitLlamaServer({
      ...single,
      noSpeculation: { ...single.noSpeculation, fromSequences: 8 },
    });
    expect(inexpressible.join('\n')).toMatch(
      /engine 1\.0.*\n.*rule block.*\n.*lengths by acceptance.*\n.*from 8 sequences/,
    );
    const exact = emitLlamaServer({ ...single, rule: 'sample-match' });
    expect(exact.inexpressible.join()).not.toContain('rule');
  });

  // Regression: it was told to look for 8 tokens and to draft fewer, and so never drafted.
  test.each([
    [3, 3],
    [15, 8],
  ])('looks for no more tokens than it drafts: %i', (predictedLength, match) => {
    const plan = withDrafter({ kind: 'prompt-lookup' });
    const drafters = plan.drafters.map((drafter) => ({ ...drafter, predictedLength }));
    const { text, inexpressible } = emitLlamaServer({ ...plan, drafters });
    expect(text).toContain(
      `--spec-ngram-simple-size-n ${match} --spec-ngram-simple-size-m ${predictedLength} `,
    );
    expect(inexpressible.join().includes('matches of')).toBe(match < 8);
  });

  // Was wrong: a draft that has to be requantised first, and a drafter that is kept for later, were left out without a word.
  test('says what has to be made first, and what is not counted on yet', () => {
    const [planned] = both.drafters.filter(({ draft }) => draft !== null) as [PlannedDrafter];
    const requantised = { ...single, drafters: [{ ...planned, requantised: true }] };
    const kept = { ...single, drafters: [{ ...planned, predictedLength: 0 }] };
    for (const emit of [emitLlamaServer, emitVllm]) {
      expect(emit(requantised).inexpressible.join('\n')).toMatch(/small.*as Q8_0/);
      expect(emit(kept).inexpressible.join('\n')).toContain('does not count on it yet');
      expect(emit(single).inexpressible.join('\n')).not.toMatch(/as Q8_0|not count on it/);
    }
  });

  test('says which of two drafters guesses there', () => {
    expect(emitLlamaServer(both).inexpressible.join()).toContain('what copies text goes first');
    expect(emitLlamaServer(single).inexpressible.join()).not.toContain('goes first');
  });

  test('quotes what a shell would read otherwise', () => {
    const models = {
      ...single.models,
      big: { ...(single.models['big'] as Plan['models'][string]), file: "it's big.gguf" },
    };
    expect(emitLlamaServer({ ...single, models }).text).toContain(`-m 'it'\\''s big.gguf' -t`);
  });
});

describe('as the speculative configuration of vLLM', () => {
  test('a draft model', () => {
    const { text, inexpressible } = emitVllm(single);
    expect(JSON.parse(text)).toEqual({
      method: 'draft_model',
      model: 'small.gguf',
      num_speculative_tokens: single.drafters[0]?.predictedLength,
      draft_sample_method: 'probabilistic',
      rejection_sample_method: 'block',
    });
    expect(inexpressible.join('\n')).toContain('GGUF files');
  });

  test('of two drafters the model', () => {
    expect(JSON.parse(emitVllm(both).text)).toMatchObject({ method: 'draft_model' });
    expect(emitVllm(both).inexpressible.join('\n')).toContain('one method at a time');
  });

  test('prompt lookup, and a draft of other tokens', () => {
    expect(JSON.parse(emitVllm(withDrafter({ kind: 'prompt-lookup' })).text)).toMatchObject({
      method: 'ngram',
      prompt_lookup_min: 8,
    });
    const translated = withDrafter({ kind: 'draft-model', model: 'small.gguf', vocabulary: 'tli' });
    expect(JSON.parse(emitVllm(translated).text)).toMatchObject({ use_heterogeneous_vocab: true });
  });
});

test.each<PlannedDrafter['drafter']>([
  { kind: 'head', head: 'eagle' },
  { kind: 'early-exit', layers: 4 },
  { kind: 'skip-layers', layers: [1] },
  { kind: 'n-gram' },
  { kind: 'input-copy' },
  { kind: 'draft-model', model: 'small.gguf', vocabulary: 'slem' },
])('%j has no words anywhere, and that is said', (drafter) => {
  const plan = withDrafter(drafter);
  expect(emitLlamaServer(plan).text).not.toContain('--spec-type');
  expect(emitLlamaServer(plan).inexpressible.join('\n')).toContain(`${drafter.kind}: `);
  expect(emitVllm(plan).text).toBe('null');
  expect(emitVllm(plan).inexpressible.join('\n')).toContain(`${drafter.kind}: `);
});
