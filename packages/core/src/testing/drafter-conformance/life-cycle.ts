import type { Distribution } from '../../contract/distribution.js';
import type { Draft } from '../../contract/draft.js';
import { pathNodes } from '../../decoding/draft-shape.js';
import { generateText } from '../../decoding/generate-text.js';
import { createRequestRandom } from '../../random/request-random.js';
import { probabilityOf } from '../../sampling/draw.js';
import { check, checkRejects } from '../conformance-case.js';
import { type DrafterConformanceOptions, propose, withDrafter } from './proposals.js';

/** Drafts of every budget are sound; a wide budget gives some draft on one of the prompts. */
export async function keepsTheBudget(options: DrafterConformanceOptions): Promise<void> {
  const { target, prompts } = options;
  await withDrafter(options, async (drafter) => {
    let drafted = 0;
    for (const [number, tokens] of prompts.entries()) {
      for (const maximumTokens of [1, 2, 3, 5, 8]) {
        for (const maximumLeaves of [1, 2, 4]) {
          const draft = await propose(target, drafter, {
            tokens,
            seed: number,
            maximumTokens,
            maximumLeaves,
          });
          drafted += draft.tokens.length;
        }
      }
    }
    check(drafted > 0, 'nothing was proposed for any prompt and budget');
  });
}

/**
 * A drafter that was skipped, rolled back or given another text proposes what a fresh one does; so does one whose
 * draft was accepted in part, on any branch.
 */
export async function staysInStep(options: DrafterConformanceOptions): Promise<void> {
  if (options.learns === true) return;
  const { target, prompts, budget } = options;
  const random = createRequestRandom({ seed: 7 }).round(0);
  await withDrafter(options, async (drafter) => {
    let continued: readonly number[] | undefined;
    for (let step = 0; step < 36; step++) {
      const below = (count: number, index: number): number =>
        Math.floor(random.uniform('sample', 0, step, index) * count);
      const prompt = prompts[below(prompts.length, 0)] as readonly number[];
      // A part of a prompt, and a few tokens that may or may not be what was drafted before.
      const kept = prompt.slice(0, Math.max(1, prompt.length - below(4, 1)));
      const more = Array.from({ length: below(4, 2) }, (_, at) => below(target.vocabularySize, 3 + at));
      const tokens = continued ?? [...kept, ...more];
      const request = { tokens, seed: step, ...budget };
      const draft = await propose(target, drafter, request);
      await withDrafter(options, async (fresh) => {
        const expected = await propose(target, fresh, request);
        check(
          sameDraft(draft, expected),
          `step ${step}: drafted ${draft.tokens.join(', ')}, a fresh drafter ${expected.tokens.join(', ')}`,
        );
      });
      // Every node in turn is the last one accepted, after none.
      const acceptedPath = pathNodes(draft, (step % (draft.tokens.length + 1)) - 1);
      const committedTokens = [...acceptedPath.map((node) => draft.tokens[node] as number), 0];
      drafter.observe({
        acceptedPath,
        committedTokens,
        committedLength: tokens.length + committedTokens.length,
        hiddenRows: undefined,
      });
      // Two rounds of three go on with what was committed.
      continued = step % 3 < 2 ? [...tokens, ...committedTokens] : undefined;
    }
  });
}

/** The stop callback is asked about every drafted token with its probability, and the token it stops at stays. */
export async function stopsWhenToldTo(options: DrafterConformanceOptions): Promise<void> {
  const { target, prompts } = options;
  for (const [number, tokens] of prompts.entries()) {
    for (const stopAt of [0, 1, 2]) {
      await withDrafter(options, async (drafter) => {
        const asked: { token: number; probability: number; depth: number }[] = [];
        const draft = await propose(target, drafter, {
          tokens,
          seed: number,
          maximumTokens: 5,
          shouldStop: (drafted) => {
            asked.push({ ...drafted });
            return drafted.depth === stopAt;
          },
        });
        check(
          asked.length === draft.tokens.length && draft.tokens.length <= stopAt + 1,
          `stopped at depth ${stopAt}: ${asked.length} questions, ${draft.tokens.length} tokens`,
        );
        for (const [node, { token, probability, depth }] of asked.entries()) {
          const reported = probabilityOf(
            draft.distributions[node] as Distribution,
            draft.tokens[node] as number,
          );
          check(
            token === draft.tokens[node] && depth === node && Math.abs(probability - reported) < 1e-9,
            `question ${node} was about token ${token} of probability ${probability} at depth ${depth}`,
          );
        }
      });
    }
  }
}

const greedy = { temperature: 0 };
/** The last takes trees where the drafter makes them. */
const ways = [
  { sampling: greedy },
  { rule: 'sample-match' },
  { sampling: greedy, rule: 'recursive-rejection' },
];

/** With any drafter greedy text is the plain one, and `sample-match` keeps the text of a seed. */
export async function keepsTheText(options: DrafterConformanceOptions): Promise<void> {
  const { target, prompts } = options;
  for (const [number, prompt] of prompts.entries()) {
    const room = target.contextLength - prompt.length;
    const shared = { target, prompt, maximumTokens: Math.min(24, room), seed: number, ignoreEndTokens: true };
    for (const way of ways) {
      const plain = await generateText({ ...shared, ...way });
      for (const draftLength of [1, 3, 7, options.budget?.maximumTokens ?? 4]) {
        await withDrafter(options, async (drafter) => {
          const { tokens } = await generateText({ ...shared, ...way, drafter, draftLength });
          check(
            tokens.length === plain.tokens.length && tokens.every((token, at) => token === plain.tokens[at]),
            `${JSON.stringify(way)}, draft length ${draftLength}: ${tokens.join(', ')}; plain: ${plain.tokens.join(', ')}`,
          );
        });
      }
    }
  }
}

/** Cancelling rejects with the signal's reason and does not end the drafter; closing does, once and for all. */
export async function cancelsAndCloses(options: DrafterConformanceOptions): Promise<void> {
  const { target, prompts } = options;
  const [tokens] = prompts as [readonly number[]];
  const drafter = await options.createDrafter();
  await checkRejects('an aborted signal', ['AbortError'], () =>
    propose(target, drafter, { tokens, seed: 1, signal: AbortSignal.abort() }),
  );
  await propose(target, drafter, { tokens, seed: 1 });
  await drafter.close();
  await drafter.close();
  await checkRejects('a proposal after close', ['ClosedError'], () =>
    propose(target, drafter, { tokens, seed: 1 }),
  );
}

function sameDraft(left: Draft, right: Draft): boolean {
  return (
    left.tokens.length === right.tokens.length &&
    left.tokens.every(
      (token, node) => token === right.tokens[node] && left.parents[node] === right.parents[node],
    )
  );
}
