import { type Distribution, probabilityOf } from '@foretoken/core';
import { randomTable, type TableLaw } from '@foretoken/core/testing';
import { binomialUpperQuantile } from '@foretoken/stats';
import { describe, expect, test } from 'vitest';
import { createTableSource, type TableSourceOptions } from '../../../testing/table-source.js';
import { auditSamples } from './audit-samples.js';

const vocabularySize = 6;
const prompts = ['one', 'two'];
const tables = new Map(
  prompts.map((prompt, index) => [prompt, randomTable(20 + index, vocabularySize, 'smooth')]),
);
const law = (prompt: string): TableLaw => tables.get(prompt) as TableLaw;

/** Moves a share of the probability to the last token, where `where` says so. */
function shifted(
  share: number,
  where: (history: readonly number[]) => boolean,
): (prompt: string) => TableLaw {
  return (prompt) => (history) => {
    const honest = law(prompt)(history);
    if (!where(history)) return honest;
    return {
      tokens: undefined,
      probabilities: honest.probabilities.map(
        (probability, token) => (1 - share) * probability + (token === vocabularySize - 1 ? share : 0),
      ),
    };
  };
}
const distance = (left: Distribution, right: Distribution): number =>
  Array.from({ length: vocabularySize }, (_, token) =>
    Math.abs(probabilityOf(left, token) - probabilityOf(right, token)),
  ).reduce((sum, difference) => sum + difference / 2, 0);

const source = (options: Partial<TableSourceOptions> = {}) =>
  createTableSource({ vocabularySize, law, ...options });

describe('samples that follow what is reported', () => {
  test('are equivalent within the margin, over partitions that are named', async () => {
    const { verdict, draws, drift } = await auditSamples(source(), { prompts, draws: 3000, seed: 3 });
    expect(verdict).toMatchObject({ outcome: 'equivalent', exitCode: 0, failures: [], missing: [] });
    expect({ draws, drift }).toEqual({ draws: 3000, drift: 0 });
    expect(verdict.bounds.map(({ cells }) => cells)).toEqual([14, 27]);
    for (const { upper, lower } of verdict.bounds) {
      expect(upper).toBeLessThan(0.1);
      expect(lower).toBe(0);
    }
  });

  test('are rejected no more often than alpha', async () => {
    const runs = 60;
    const alpha = 0.05;
    let rejected = 0;
    for (let seed = 0; seed < runs; seed++) {
      const { verdict } = await auditSamples(source(), { prompts, draws: 300, tokens: 2, seed, alpha });
      if (verdict.outcome === 'not lossless') rejected += 1;
    }
    // False alarm 1e-6; Holm and the sequential tests keep the level well below alpha.
    expect(rejected).toBeLessThanOrEqual(binomialUpperQuantile(1e-6, runs, alpha));
  });

  test('pool what was not reported', async () => {
    const { prompts: measured, ranks } = await auditSamples(source({ topTokens: 2 }), {
      prompts,
      draws: 1500,
      alpha: 1e-6,
    });
    for (const { text, unreported } of measured) {
      const row = [...law(text)([]).probabilities].toSorted((left, right) => right - left);
      expect(unreported).toBeCloseTo(1 - (row[0] as number) - (row[1] as number), 12);
    }
    const pooled = ranks?.[0]?.ranks.at(-1);
    expect(pooled?.name).toMatch(/not reported/);
    expect(pooled?.expected).toBeGreaterThan(300);
  });

  test('give the same report whatever order the answers come in', async () => {
    const options = { prompts, draws: 200, tokens: 2, seed: 5 };
    const plain = await auditSamples(source(), { ...options, concurrency: 1 });
    const mixed = await auditSamples(source({ delay: (seed) => seed % 4 }), { ...options, concurrency: 8 });
    expect({ ...mixed, seconds: 0 }).toEqual({ ...plain, seconds: 0 });
  });

  test('may end early a few times, which widens the bounds; then it is an error that keeps what was measured', async () => {
    const oneOf = (every: number) => {
      let asked = 0;
      return source({ ends: () => asked++ % every === 0 });
    };
    const few = await auditSamples(oneOf(400), { prompts, draws: 1000, seed: 1 });
    expect(few).toMatchObject({ draws: 1000, ended: 3, error: undefined, verdict: { failures: [] } });
    const many = await auditSamples(oneOf(20), { prompts, draws: 1000, seed: 1 });
    expect(many.error).toEqual({
      name: 'EndpointReplyError',
      message: expect.stringMatching(/4 draws ended early, the last after 1 of 3 tokens/),
    });
    expect(many.draws).toBe(57);
    expect(many.verdict).toMatchObject({ outcome: 'not enough evidence', exitCode: 3 });
    expect(many.firstToken?.count).toBe(many.draws);
  });
});

describe('samples that do not', () => {
  test('the distance of the first token is inside its interval', async () => {
    const runs = 60;
    let covered = 0;
    const drawn = shifted(0.1, (history) => history.length === 0);
    const truth =
      prompts.reduce((sum, prompt) => sum + distance(drawn(prompt)([]), law(prompt)([])), 0) / prompts.length;
    for (let seed = 0; seed < runs; seed++) {
      const { firstToken } = await auditSamples(source({ drawn }), { prompts, draws: 400, tokens: 1, seed });
      const { lower = 1, upper = 0 } = firstToken?.interval ?? {};
      if (lower <= truth && truth <= upper) covered += 1;
    }
    // Covered with probability 0.983 at least: fewer than 52 of 60 with probability below 1e-6.
    expect(covered).toBeGreaterThanOrEqual(52);
  });

  test('are found where the difference begins, with prompt, history and token', async () => {
    const drawn = shifted(0.6, (history) => history.length === 1 && history[0] === 2);
    const { verdict, draws, stoppedEarly } = await auditSamples(source({ drawn }), {
      prompts,
      draws: 4000,
      seed: 1,
    });
    expect(verdict).toMatchObject({ outcome: 'not lossless', exitCode: 1 });
    expect(verdict.failures[0]).toMatchObject({ position: 2, history: ['t2'], token: 't5' });
    expect(verdict.summary).toMatch(
      /from token 2 on.*after prompt . and "t2" is "t5" \d+ times, [\d.]+ expected/,
    );
    expect(stoppedEarly ? draws : 4000).toBeLessThanOrEqual(4000);
  });

  test('stop the audit early', async () => {
    const drawn = shifted(0.5, () => true);
    const audit = await auditSamples(source({ drawn }), { prompts, draws: 100_000, seed: 1 });
    expect(audit).toMatchObject({ stoppedEarly: true, verdict: { outcome: 'not lossless' } });
    expect(audit.verdict.failures[0]?.position).toBe(1);
    expect(audit.draws).toBeLessThan(2000);
  });

  test('are disproved by one token that the law rules out', async () => {
    const narrow: TableLaw = () => ({
      tokens: Int32Array.of(0, 1),
      probabilities: Float64Array.of(0.5, 0.5),
    });
    const drawn =
      (prompt: string): TableLaw =>
      (history) =>
        history.length === 1 ? shifted(0.05, () => true)(prompt)(history) : narrow(history);
    const { verdict } = await auditSamples(source({ law: () => narrow, drawn }), { prompts, draws: 400 });
    expect(verdict.failures[0]).toMatchObject({ position: 2, pValue: 0 });
  });

  test('that hold too few rare tokens are told to come from a truncation', async () => {
    const drawn =
      (prompt: string): TableLaw =>
      (history) => {
        const { probabilities } = law(prompt)(history);
        const third = probabilities.toSorted().at(-3) as number;
        const weights = probabilities.map((probability) => (probability >= third ? probability : 0));
        const sum = weights.reduce((total, weight) => total + weight, 0);
        return { tokens: undefined, probabilities: weights.map((weight) => weight / sum) };
      };
    const { verdict } = await auditSamples(source({ topTokens: 3, drawn }), { prompts, draws: 2000 });
    expect(verdict.failures[0]?.cause).toMatch(
      /rare tokens come out too rarely: the server truncates by default/,
    );
  });

  test('that never change are told apart from a biased sampler', async () => {
    const drawn = (): TableLaw => () => ({ tokens: Int32Array.of(3), probabilities: Float64Array.of(1) });
    const { verdict } = await auditSamples(source({ drawn }), { prompts, draws: 400 });
    expect(verdict.failures[0]?.cause).toMatch(/every draw of a prompt is the same/);
  });
});

describe('an audit that is cut off', () => {
  test('gives the verdict so far', async () => {
    const controller = new AbortController();
    let seen = 0;
    const audit = await auditSamples(source(), {
      prompts,
      draws: 5000,
      signal: controller.signal,
      onProgress: ({ fraction, secondsLeft }) => {
        seen = fraction;
        expect(secondsLeft).toBeGreaterThanOrEqual(0);
        if (fraction >= 0.1) controller.abort();
      },
    });
    expect(seen).toBeCloseTo(0.1, 2);
    expect(audit).toMatchObject({ cancelled: true, error: undefined, draws: 500 });
    expect(audit.verdict).toMatchObject({ outcome: 'not enough evidence', exitCode: 3 });
    expect(audit.verdict.missing[0]).toMatch(/cancelled after 500 of 5000/);
    expect(audit.firstToken?.interval?.upper).toBeLessThan(0.5);
  });

  test('before it began has nothing to say', async () => {
    const audit = await auditSamples(source(), { prompts, signal: AbortSignal.abort() });
    expect(audit).toMatchObject({ cancelled: true, draws: 0, verdict: { exitCode: 3 } });
  });
});

describe('options that make no sense', () => {
  test.each([
    [{ draws: 0 }, /draws must be a whole number of at least 1, not 0/],
    [{ tokens: 5 }, /at most 4/],
    [{ alpha: 1 }, /alpha/],
    [{ prompts: [] }, /no prompts/],
    [{ prompts: ['a', ''] }, /Prompt 2 is empty/],
    [{ prompts: ['a', 'b', 'a'] }, /Prompt 3 is the same as prompt 1/],
    [{ concurrency: 0.5 }, /concurrency/],
    [{ seed: -1 }, /seed/],
  ])('%j', async (options, message) => {
    await expect(auditSamples(source(), { prompts, ...options })).rejects.toThrow(message);
  });
});
