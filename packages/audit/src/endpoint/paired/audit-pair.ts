import { ForetokenError } from '@foretoken/core';
import { planDraw } from '../draw-plan.js';
import type { Draw, DrawSource, SourcePrompt } from '../draw-source.js';
import { checkSourceOptions, type SourceAuditOptions } from '../endpoint-options.js';
import type { EndpointVerdict } from '../endpoint-verdict.js';
import { inOrder } from '../in-order.js';
import { createRunClock } from '../run-clock.js';
import { decidePair } from './decide-pair.js';
import { type HomogeneityResult, testHomogeneity } from './homogeneity.js';
import { boundPairedDistance, type PairedDistance } from './paired-distance.js';
import type { PairedDraw, PairedSample } from './paired-draws.js';
import { type SequenceResult, testSequences } from './sequence-test.js';

/** Samples of one setting held against samples of another. Plain data. */
export interface PairAudit {
  readonly mode: 'samples against samples';
  readonly sources: readonly [string, string];
  readonly seed: number;
  readonly seconds: number;
  readonly prompts: readonly { readonly text: string; readonly draws: number }[];
  readonly tokens: number;
  /** Draws of either side. */
  readonly planned: number;
  readonly draws: number;
  /** True where tokens were compared, false where only texts are known. */
  readonly byToken: boolean;
  /** Different outcomes of either side, over all prompts. */
  readonly distinct: readonly [number, number];
  /** Draft tokens proposed and kept on either side; undefined where it does not say. */
  readonly drafted: readonly [Draw['drafted'], Draw['drafted']];
  /** Tests of repeating outcomes, by how many tokens are looked at. */
  readonly homogeneity: readonly HomogeneityResult[];
  readonly sequences: SequenceResult | undefined;
  readonly distance: PairedDistance | undefined;
  readonly cancelled: boolean;
  readonly error: { readonly name: string; readonly message: string } | undefined;
  readonly verdict: EndpointVerdict;
}

/**
 * Draws the same prompts from two sources in turn, each with seeds of its own, and tests whether both follow one law,
 * whatever it is. No probabilities are needed. The tests are made once, at the end, so that nothing on the way says
 * when to stop.
 *
 * @throws InvalidArgumentError for options that cannot be used; errors of a source before the first pair. Later ones
 *   end up in the report, with what was measured until then.
 */
export async function auditPair(
  first: DrawSource,
  second: DrawSource,
  options: SourceAuditOptions,
): Promise<PairAudit> {
  const settings = checkSourceOptions(options);
  const { prompts, tokens, draws: planned } = settings;
  const stop = new AbortController();
  const cancel = (): void => stop.abort(settings.signal?.reason);
  if (settings.signal?.aborted === true) cancel();
  settings.signal?.addEventListener('abort', cancel, { once: true });
  const clock = createRunClock(settings.onProgress);
  const pairs: PairedDraw[] = [];
  let error: PairAudit['error'];
  try {
    const opened: (readonly [SourcePrompt, SourcePrompt])[] = [];
    for (const prompt of prompts) {
      opened.push([
        await first.openPrompt(prompt, stop.signal),
        await second.openPrompt(prompt, stop.signal),
      ]);
    }
    const drawn = inOrder(
      planned,
      Math.ceil(settings.concurrency / 2),
      async (index): Promise<PairedDraw> => {
        const draw = (side: 0 | 1): Promise<Draw> => {
          const plan = planDraw(index, side, { seed: settings.seed, prompts: prompts.length, tokens });
          const prompt = opened[plan.prompt]?.[side] as SourcePrompt;
          return prompt.draw({ seed: plan.seed, tokens, withTokens: false }, stop.signal);
        };
        const { prompt } = planDraw(index, 0, { seed: settings.seed, prompts: prompts.length, tokens });
        return { prompt, draws: await Promise.all([draw(0), draw(1)]) };
      },
    );
    for await (const pair of drawn) {
      stop.signal.throwIfAborted();
      pairs.push(pair);
      clock.report('pairs of draws', pairs.length / planned);
    }
  } catch (thrown) {
    if (!stop.signal.aborted) {
      if (!ForetokenError.isInstance(thrown) || pairs.length === 0) throw thrown;
      error = { name: thrown.name, message: thrown.message };
    }
  } finally {
    settings.signal?.removeEventListener('abort', cancel);
    stop.abort();
  }
  const byToken = pairs.every(({ draws }) => draws.every((draw) => draw.tokens !== undefined));
  const sample: PairedSample = { pairs, byToken, tokens, prompts: prompts.length };
  const lengths = byToken ? Array.from({ length: tokens }, (_, index) => index + 1) : [tokens];
  const measured = {
    mode: 'samples against samples' as const,
    sources: [first.name, second.name] as const,
    seed: settings.seed,
    seconds: clock.seconds(),
    prompts: prompts.map((text, index) => ({
      text,
      draws: pairs.filter(({ prompt }) => prompt === index).length,
    })),
    tokens,
    planned,
    draws: pairs.length,
    byToken,
    distinct: [distinctDraws(pairs, 0), distinctDraws(pairs, 1)] as const,
    drafted: [draftedBy(pairs, 0), draftedBy(pairs, 1)] as const,
    homogeneity: pairs.length === 0 ? [] : lengths.map((length) => testHomogeneity(sample, length)),
    sequences: pairs.length === 0 ? undefined : testSequences(sample, settings.seed),
    distance: boundPairedDistance(sample, settings.confidence),
    cancelled: settings.signal?.aborted === true,
    error,
  };
  return { ...measured, verdict: decidePair(measured, settings) };
}

function distinctDraws(pairs: readonly PairedDraw[], side: 0 | 1): number {
  return new Set(pairs.map(({ prompt, draws }) => `${prompt} ${draws[side].text}`)).size;
}

function draftedBy(pairs: readonly PairedDraw[], side: 0 | 1): Draw['drafted'] {
  const told = pairs.flatMap(({ draws }) => draws[side].drafted ?? []);
  if (told.length === 0) return undefined;
  return {
    proposed: told.reduce((sum, { proposed }) => sum + proposed, 0),
    accepted: told.reduce((sum, { accepted }) => sum + accepted, 0),
  };
}
