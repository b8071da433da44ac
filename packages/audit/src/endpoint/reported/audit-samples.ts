import { EndpointReplyError, ForetokenError } from '@foretoken/core';
import type { Draw, DrawSource } from '../draw-source.js';
import { planDraw } from '../draw-plan.js';
import { checkSourceOptions, type SourceAuditOptions } from '../endpoint-options.js';
import type { EndpointVerdict } from '../endpoint-verdict.js';
import { inOrder } from '../in-order.js';
import { LawBook } from '../law-book.js';
import type { ReportedLaw } from '../reported-law.js';
import { createRunClock } from '../run-clock.js';
import { type SampleResults, sampleTests, SampleWatches } from './sample-watches.js';
import { decideSamples } from './decide-samples.js';

/** Samples held against the probabilities that their own source reports. Plain data. */
export interface SampleAudit extends Partial<SampleResults> {
  readonly mode: 'samples against reported probabilities';
  readonly source: string;
  readonly seed: number;
  readonly seconds: number;
  readonly prompts: readonly {
    readonly text: string;
    readonly draws: number;
    /** Probability of the first tokens that were not reported. */
    readonly unreported: number;
  }[];
  readonly tokens: number;
  readonly planned: number;
  readonly draws: number;
  /** Draws that ended before they had all tokens: left out. */
  readonly ended: number;
  /** Distinct histories whose laws are known. */
  readonly laws: number;
  /** Largest total variation distance of two reports for one history. */
  readonly drift: number;
  /** Draft tokens proposed and kept in the draws; undefined where the source does not say. */
  readonly drafted: { readonly proposed: number; readonly accepted: number } | undefined;
  readonly cancelled: boolean;
  /** True where the evidence was enough before the planned draws. */
  readonly stoppedEarly: boolean;
  /** What ended the audit half-way. */
  readonly error: { readonly name: string; readonly message: string } | undefined;
  readonly verdict: EndpointVerdict;
}

/** Draws until the first look at the evidence, and how much later each look is: looking costs more than drawing. */
const firstLook = 100;
const lookRatio = 1.25;
/** More would leave a mark on the laws: see SampleAudit.ended. */
const mostEnded = 3;

/**
 * Asks a source for the probabilities of the first tokens after several prompts, draws many short continuations, and tests
 * every token against what is reported after its own history. Stops early only on a difference, on evidence that holds
 * at any time.
 *
 * @throws InvalidArgumentError for options that cannot be used; errors of the source before the first draw. Later ones
 *   end up in the report, with what was measured until then.
 */
export async function auditSamples(source: DrawSource, options: SourceAuditOptions): Promise<SampleAudit> {
  const settings = checkSourceOptions(options);
  const { prompts, tokens, draws: planned, concurrency } = settings;
  const stop = new AbortController();
  const cancel = (): void => stop.abort(settings.signal?.reason);
  if (settings.signal?.aborted === true) cancel();
  settings.signal?.addEventListener('abort', cancel, { once: true });
  const clock = createRunClock(settings.onProgress);
  const tests = sampleTests(tokens);
  const counts = {
    byPrompt: new Array<number>(prompts.length).fill(0),
    draws: 0,
    ended: 0,
    proposed: 0,
    accepted: 0,
    tellsDrafts: false,
  };
  const distinct = new Set<string>();
  const books: LawBook[] = [];
  let watches: SampleWatches | undefined;
  let firstLaws: readonly ReportedLaw[] = [];
  let end = planned;
  let nextLook = firstLook;
  let error: SampleAudit['error'];

  const observe = ({ draw, laws, plan }: DrawnSample): void => {
    counts.tellsDrafts ||= draw.drafted !== undefined;
    counts.proposed += draw.drafted?.proposed ?? 0;
    counts.accepted += draw.drafted?.accepted ?? 0;
    if ((draw.tokens?.length ?? 0) < tokens) {
      counts.ended += 1;
      if (counts.ended > mostEnded) throw endedTooOften(source, draw, tokens);
      return;
    }
    counts.draws += 1;
    counts.byPrompt[plan.prompt] = (counts.byPrompt[plan.prompt] as number) + 1;
    distinct.add(`${plan.prompt} ${draw.tokens?.map(({ key }) => key).join(' ')}`);
    watches?.observe(plan.prompt, draw, laws, plan.uniforms);
  };

  try {
    for (const prompt of prompts) books.push(new LawBook(await source.openPrompt(prompt, stop.signal)));
    firstLaws = await Promise.all(books.map((book) => book.after([], stop.signal)));
    watches = new SampleWatches(firstLaws, settings);
    const samples = inOrder(planned + mostEnded, concurrency, async (index): Promise<DrawnSample> => {
      const plan = planDraw(index, 0, { seed: settings.seed, prompts: prompts.length, tokens });
      const book = books[plan.prompt] as LawBook;
      const request = { seed: plan.seed, tokens, withTokens: true };
      const draw = await book.prompt.draw(request, stop.signal);
      // What is missing from a shorter list may be anywhere in it: its laws have no certain place.
      const laws = draw.ended ? [] : await book.ofDraw(draw, stop.signal);
      return { plan, draw, laws };
    });
    for await (const sample of samples) {
      stop.signal.throwIfAborted();
      observe(sample);
      clock.report('draws', counts.draws / end);
      // As many draws again show where the difference begins.
      if (end === planned && counts.draws >= nextLook) {
        nextLook = Math.ceil(nextLook * lookRatio);
        if (watches.sequentialP() * tests <= settings.alpha) end = Math.min(planned, 2 * counts.draws);
      }
      if (counts.draws === end) break;
    }
    await Promise.all(books.map((book) => book.askAgain(stop.signal)));
  } catch (thrown) {
    if (!stop.signal.aborted) {
      if (!ForetokenError.isInstance(thrown) || counts.draws === 0) throw thrown;
      error = { name: thrown.name, message: thrown.message };
    }
  } finally {
    settings.signal?.removeEventListener('abort', cancel);
    // What is still under way is of no use any more.
    stop.abort();
  }
  const measured = {
    mode: 'samples against reported probabilities' as const,
    source: source.name,
    seed: settings.seed,
    seconds: clock.seconds(),
    prompts: prompts.map((text, index) => ({
      text,
      draws: counts.byPrompt[index] as number,
      unreported: firstLaws[index]?.unreported ?? 1,
    })),
    tokens,
    planned,
    draws: counts.draws,
    ended: counts.ended,
    laws: books.reduce((sum, book) => sum + book.known, 0),
    drift: Math.max(0, ...books.map((book) => book.drift)),
    drafted: counts.tellsDrafts ? { proposed: counts.proposed, accepted: counts.accepted } : undefined,
    cancelled: settings.signal?.aborted === true,
    stoppedEarly: error === undefined && counts.draws === end && end < planned,
    error,
    ...(counts.draws === 0 ? {} : watches?.results()),
  };
  return { ...measured, verdict: decideSamples(measured, settings, distinct.size) };
}

interface DrawnSample {
  readonly plan: ReturnType<typeof planDraw>;
  readonly draw: Draw;
  readonly laws: readonly ReportedLaw[];
}

function endedTooOften(source: DrawSource, draw: Draw, tokens: number): EndpointReplyError {
  return new EndpointReplyError(
    `${source.name}: ${mostEnded + 1} draws ended early, the last after ${draw.tokens?.length ?? 0} of ${tokens} tokens (${JSON.stringify(draw.text)}), and the token that ended them is not listed. Give prompts that go on, or have the server ignore end tokens.`,
    { url: source.name, status: 200 },
  );
}
