import { probabilityOf } from '@foretoken/core';
import { randomTable, type TableLaw } from '@foretoken/core/testing';
import { binomialUpperQuantile } from '@foretoken/stats';
import { describe, expect, test } from 'vitest';
import { createTableSource, type TableSourceOptions } from '../../../testing/table-source.js';
import type { DrawSource } from '../draw-source.js';
import { auditPair } from './audit-pair.js';
import { boundPairedDistance } from './paired-distance.js';

const vocabularySize = 4;
const prompts = ['one', 'two', 'three'];
const law = (prompt: string): TableLaw => randomTable(prompts.indexOf(prompt), vocabularySize, 'smooth');
const source = (options: Partial<TableSourceOptions> = {}): DrawSource =>
  createTableSource({ vocabularySize, law, ...options });

/** Moves a share of the probability to the last token after histories of a length. */
const shifted =
  (share: number, length: number) =>
  (prompt: string): TableLaw =>
  (history) => ({
    tokens: undefined,
    probabilities: law(prompt)(history).probabilities.map((probability, token) =>
      history.length === length
        ? (1 - share) * probability + (token === vocabularySize - 1 ? share : 0)
        : probability,
    ),
  });
/** A source that tells no tokens, as most servers. */
function textOnly(inner: DrawSource): DrawSource {
  return {
    name: inner.name,
    openPrompt: async (text, signal) => {
      const prompt = await inner.openPrompt(text, signal);
      return {
        ...prompt,
        draw: async (request, stop) => ({ ...(await prompt.draw(request, stop)), tokens: undefined }),
      };
    },
  };
}

describe('two sources of one law', () => {
  test('are equivalent within the margin', async () => {
    const audit = await auditPair(source(), source(), { prompts, draws: 2400, tokens: 1 });
    expect(audit).toMatchObject({ byToken: true, draws: 2400, error: undefined });
    expect(audit.verdict).toMatchObject({ outcome: 'equivalent', exitCode: 0, failures: [] });
    expect(audit.verdict.summary).not.toMatch(/not bounded/);
    expect(audit.homogeneity.map(({ position }) => position)).toEqual([1]);
    expect(audit.distance).toMatchObject({ pilot: 480, counted: 1920, cells: 15, lower: 0 });
  });

  test('are counted by as many tokens as repeat', async () => {
    const options = { prompts, draws: 2400, tokens: 3, margin: 0.12 };
    const { verdict, homogeneity, distance } = await auditPair(source(), source(), options);
    expect(homogeneity.map(({ position }) => position)).toEqual([1, 2, 3]);
    // Sequences of three tokens are too many for the cells.
    expect(distance?.tokens).toBeLessThan(3);
    expect(verdict).toMatchObject({ outcome: 'equivalent', failures: [] });
    // Was wrong: nothing said that equivalence was shown of fewer tokens than were asked for.
    expect(verdict.summary).toMatch(/The bound is of .*not bounded/);
  });

  test('say little over texts that hardly ever repeat', async () => {
    const options = { prompts, draws: 300, tokens: 3 };
    const { verdict, distance } = await auditPair(textOnly(source()), textOnly(source()), options);
    expect(distance?.pooledShare).toBeGreaterThan(0.6);
    expect(verdict).toMatchObject({ outcome: 'not enough evidence', exitCode: 3, failures: [] });
    expect(verdict.missing.join()).toMatch(/% of the draws share a cell with others.*fewer tokens/);
  });

  test('are rejected no more often than alpha', async () => {
    const runs = 40;
    const alpha = 0.05;
    let rejected = 0;
    for (let seed = 0; seed < runs; seed++) {
      const { verdict } = await auditPair(source(), source(), {
        prompts,
        draws: 120,
        tokens: 2,
        seed,
        alpha,
      });
      if (verdict.outcome === 'not lossless') rejected += 1;
    }
    // False alarm 1e-6.
    expect(rejected).toBeLessThanOrEqual(binomialUpperQuantile(1e-6, runs, alpha));
  });

  test('need more draws where there are few', async () => {
    const { verdict } = await auditPair(source(), source(), { prompts, draws: 100, tokens: 1 });
    expect(verdict).toMatchObject({ outcome: 'not enough evidence', exitCode: 3 });
    expect(verdict.missing.join()).toMatch(/80 draws show a total variation below/);
  });

  test('that always say the same are no samples', async () => {
    const drawn = (): TableLaw => () => ({ tokens: Int32Array.of(1), probabilities: Float64Array.of(1) });
    const { verdict } = await auditPair(source({ drawn }), source({ drawn }), { prompts, draws: 2400 });
    expect(verdict).toMatchObject({ outcome: 'not enough evidence' });
    expect(verdict.missing[0]).toMatch(/every draw of a prompt is the same.*ignores the seed/);
  });
});

describe('two sources of different laws', () => {
  test.each([1, 2, 3])('are told apart from token %i on', async (position) => {
    const other = source({ drawn: shifted(0.5, position - 1) });
    const { verdict } = await auditPair(source(), other, { prompts, draws: 900, seed: position });
    expect(verdict).toMatchObject({ outcome: 'not lossless', exitCode: 1 });
    expect(verdict.failures[0]?.position).toBe(position);
    expect(verdict.summary).toMatch(new RegExp(`from token ${position} on.*\\d+ times against \\d+`));
    expect(verdict.failures[0]?.token).toMatch(/t3$/);
  });

  test('are told apart by their texts alone', async () => {
    const other = textOnly(source({ drawn: shifted(0.5, 1) }));
    const { verdict, byToken } = await auditPair(source(), other, { prompts, draws: 900, tokens: 2 });
    expect(byToken).toBe(false);
    expect(verdict).toMatchObject({ outcome: 'not lossless' });
    expect(verdict.failures[0]).toMatchObject({ test: 'texts', position: undefined });
  });

  test('are told apart by similarity where hardly anything repeats', async () => {
    const wide = 64;
    const many = (prompt: string): TableLaw => randomTable(40 + prompts.indexOf(prompt), wide, 'smooth');
    const plain =
      (prompt: string): TableLaw =>
      (history) =>
        many(prompt)(history.slice(0, 1));
    // Every other token is ten times rarer.
    const bent =
      (prompt: string): TableLaw =>
      (history) => {
        const weights = plain(prompt)(history).probabilities.map(
          (probability, token) => probability * (token % 2 === 0 ? 0.1 : 1),
        );
        const sum = weights.reduce((total, weight) => total + weight, 0);
        return { tokens: undefined, probabilities: weights.map((weight) => weight / sum) };
      };
    const options = { vocabularySize: wide, law: plain };
    const audit = await auditPair(
      createTableSource(options),
      createTableSource({ ...options, drawn: bent }),
      { prompts, draws: 450, tokens: 4 },
    );
    // All prompts at their smallest possible value together are far below what one permutation test can show.
    expect(audit.sequences?.pValue).toBeLessThan(1e-6);
    expect(audit.verdict.failures.map((failure) => failure.test)).toContain('similarity of whole sequences');
  });

  test('the bound covers the true distance', async () => {
    const runs = 60;
    const { signal } = new AbortController();
    const tokens = 1;
    const drawn = shifted(0.3, 0);
    const truth =
      prompts.reduce((sum, prompt) => {
        const [left, right] = [law(prompt)([]), drawn(prompt)([])];
        const differences = [0, 1, 2, 3].map((token) =>
          Math.abs(probabilityOf(left, token) - probabilityOf(right, token)),
        );
        return sum + differences.reduce((total, difference) => total + difference, 0) / 2;
      }, 0) / prompts.length;
    let covered = 0;
    const sides = [source(), source({ drawn })] as const;
    for (let run = 0; run < runs; run++) {
      const pairs = await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const prompt = index % prompts.length;
          const draw = async (side: 0 | 1) =>
            (await sides[side].openPrompt(prompts[prompt] as string, signal)).draw(
              { seed: 2 * (200 * run + index) + side, tokens, withTokens: false },
              signal,
            );
          return { prompt, draws: [await draw(0), await draw(1)] as const };
        }),
      );
      const distance = boundPairedDistance({ pairs, byToken: true, tokens, prompts: prompts.length }, 0.95);
      // All four tokens have cells, so that nothing is pooled and the distance is the full one.
      if (distance !== undefined && distance.lower <= truth && truth <= distance.upper) covered += 1;
    }
    // Covered with probability 0.95 at least: fewer than 46 of 60 with probability below 1e-6.
    expect(covered).toBeGreaterThanOrEqual(46);
  });
});

test('a cancelled comparison keeps its pairs', async () => {
  const controller = new AbortController();
  const audit = await auditPair(source(), source(), {
    prompts,
    draws: 1000,
    signal: controller.signal,
    onProgress: ({ fraction }) => {
      if (fraction >= 0.2) controller.abort();
    },
  });
  expect(audit).toMatchObject({ cancelled: true, draws: 200, verdict: { outcome: 'not enough evidence' } });
  expect(audit.verdict.missing[0]).toMatch(/cancelled after 200 of 1000 pairs/);
  expect(audit.homogeneity).toHaveLength(3);
});
