import { InvalidArgumentError } from '@foretoken/core';
import { expect, test } from 'vitest';
import type { DrawSource, SourceSampling } from '../draw-source.js';
import { createReportedLaw, type ReportedLaw } from '../reported-law.js';
import { requireSampledLaws } from './require-sampled-laws.js';

const lawOf = (...probabilities: number[]): ReportedLaw =>
  createReportedLaw(
    probabilities.map((probability, index) => ({ key: `${index}`, text: `t${index}`, probability })),
    { asked: 20, where: 'a test' },
  );
/** After each prompt one law. */
const source = (laws: Readonly<Record<string, ReportedLaw>>): DrawSource =>
  ({
    name: 'the server',
    openPrompt: async (prompt: string) => ({ askLaw: async () => laws[prompt] }),
  }) as unknown as DrawSource;
const certain = lawOf(0.9999, 0.0001);
const open = lawOf(0.6, 0.3, 0.1);
const cold = lawOf(0.36 / 0.46, 0.09 / 0.46, 0.01 / 0.46);
const { signal } = new AbortController();
const check = (raw: boolean, sampling: SourceSampling, prompts: string[]): Promise<void> =>
  requireSampledLaws(
    source({ certain, open: raw ? open : cold }),
    source({ certain, open }),
    sampling,
    prompts,
    signal,
  );

test('probabilities from before the temperature are refused, those from after it are not', async () => {
  await expect(check(true, { temperature: 0.5 }, ['open'])).rejects.toThrow(InvalidArgumentError);
  await check(false, { temperature: 0.5 }, ['open']);
});

// Was wrong: a first prompt whose next token is nearly certain ended the check, and an exact server was not lossless.
test('a prompt that says nothing is followed by another', async () => {
  await expect(check(true, { temperature: 0.5 }, ['certain', 'open'])).rejects.toThrow(/before sampling/);
  await check(true, { temperature: 0.5 }, ['certain']);
});

// Was wrong: settings that change nothing made every server one that leaves them out.
test('settings that move no law are no reason to refuse', async () => {
  await check(true, { temperature: 1, topP: 0.9999 }, ['open']);
  await expect(check(true, { temperature: 1, topP: 0.8 }, ['open'])).rejects.toThrow(/before sampling/);
});
