import { type MeanRatio, meanRatio } from '../support/mean-ratio.js';
import { geometricMean, mean } from '../support/means.js';
import { slowdownFoundHalfOfTheTime, slowerPrompts } from '../support/slower-prompts.js';
import type { Bound } from './bound.js';
import { type PromptKind, promptKinds } from './chat-prompts.js';
import { enginesOf, isOurs, ownName, ownSystem } from './engines.js';
import { over, overPlain, type PromptRatios, type Setting } from './ratios.js';

/** A goal, and what was reached; undefined where it was not measured. */
export interface Goal {
  readonly measure: string;
  readonly system: string;
  /** Least ratio; undefined: no goal was set for these files. */
  readonly goal: number | undefined;
  readonly reached: MeanRatio | undefined;
}

export interface SingleLosses {
  readonly system: string;
  readonly slower: readonly { readonly prompt: string; readonly ratio: number; readonly adjusted: number }[];
  readonly slowdownFoundHalfOfTheTime: number | undefined;
}

/** All prompts together have this chance of one that is called slower and is not. */
const level = 0.01;
const llamaServer = 'llama-server-';

/** The setting of llama-server with the best geometric mean over all prompts, plain decoding included. */
export function bestLlamaServer({ systems }: Setting): string | undefined {
  const settings = [...systems]
    .filter(([name]) => name.startsWith(llamaServer))
    .map(([name, prompts]) => ({ name, speed: overPlain(prompts, 'commonLogs')?.ratio ?? 0 }))
    .toSorted((left, right) => right.speed - left.speed);
  return settings[0]?.name;
}

export function goalsOf(setting: Setting, bounds: readonly Bound[]): Goal[] {
  const { files, temperature, systems } = setting;
  const withDraft = files === 'q8_0';
  const own = [...systems]
    .filter(([system]) => isOurs(system))
    .map(([system, prompts]) => ({ system, prompts }));
  const kindGoals: readonly (readonly [PromptKind, number | undefined])[] = [
    ['edit', withDraft ? 3 : undefined],
    ['code', withDraft ? 1.5 : undefined],
    ['chat', withDraft ? 1.5 : undefined],
    ['text', 1.4],
  ];
  const ofEach = (
    measure: string,
    goal: number | undefined,
    reached: (prompts: readonly PromptRatios[], system: string) => MeanRatio | undefined,
  ): Goal[] =>
    own.map(({ system, prompts }) => ({ measure, system, goal, reached: reached(prompts, system) }));
  const best = bestLlamaServer(setting);
  const boundsOf = (system: string): readonly Bound[] =>
    bounds.filter((bound) => bound.files === files && bound.engine === ownSystem(system)?.engine);
  return [
    ...enginesOf(files).map((engine) => ({
      measure: 'plain loop against llama-server plain',
      system: ownName(engine, 'plain'),
      goal: 0.98,
      reached: over(systems.get(ownName(engine, 'plain')) ?? [], systems.get(`${llamaServer}plain`)),
    })),
    ...kindGoals.flatMap(([kind, goal]) =>
      ofEach(`${kind} against plain`, goal, (prompts) =>
        overPlain(prompts.filter((prompt) => prompt.kind === kind)),
      ),
    ),
    ...ofEach(`all kinds against the best llama-server (${best ?? 'none'})`, 1.35, (prompts) =>
      over(prompts, best === undefined ? undefined : systems.get(best)),
    ),
    ...ofEach('against node-llama-cpp with its draft predictor', 2, (prompts) =>
      over(prompts, systems.get('node-llama-cpp-draft')),
    ),
    ...(temperature === 0
      ? [
          ...ofEach('share of the bound, tokens/s', 0.95, (prompts, system) =>
            meanRatio(shares(prompts, boundsOf(system), 'rate')),
          ),
          ...ofEach('share of the bound, as ratios to plain', undefined, (prompts, system) =>
            meanRatio(shares(prompts, boundsOf(system), 'ratio')),
          ),
        ]
      : []),
  ];
}

/**
 * Logs of what was reached over the bound. As ratios to plain decoding, a machine that became faster or slower since its
 * pass costs were measured makes no difference.
 */
function shares(
  prompts: readonly PromptRatios[],
  bounds: readonly Bound[],
  which: 'rate' | 'ratio',
): number[] {
  return prompts.flatMap(({ prompt, rate, logs }) => {
    const bound = bounds.find((entry) => entry.prompt === prompt);
    if (bound === undefined) return [];
    const { tokensPerSecond, plainTokensPerSecond } = bound;
    return which === 'rate'
      ? [Math.log(rate / tokensPerSecond)]
      : [mean(logs) - Math.log(tokensPerSecond / plainTokensPerSecond)];
  });
}

/** Prompts that are slower than plainly, by the test of bench/never-slower.ts. */
export function singleLosses({ systems }: Setting): SingleLosses[] {
  return [...systems].flatMap(([system, prompts]) => {
    if (!isOurs(system) || prompts.length === 0) return [];
    const logs = prompts.map((own) => own.logs);
    const isRepeated = logs.every(({ length }) => length > 1);
    const slower = slowerPrompts(logs, level).map(({ index, adjusted }) => {
      const { prompt, logs: own } = prompts[index] as PromptRatios;
      return { prompt, ratio: Math.exp(mean(own)), adjusted };
    });
    const found = isRepeated ? slowdownFoundHalfOfTheTime(logs, level) : undefined;
    return [{ system, slower, slowdownFoundHalfOfTheTime: found }];
  });
}

/** Ratios to plain decoding on the same engine by system, for every kind and all of them; also of whole requests. */
export function ratiosByKind({ systems }: Setting) {
  return [...systems].map(([system, prompts]) => ({
    system,
    repeats: Math.min(...prompts.map(({ logs }) => logs.length)),
    tokensPerSecond: geometricMean(prompts.map(({ rate }) => rate)),
    all: overPlain(prompts),
    overLlamacppPlain: overPlain(prompts, 'commonLogs'),
    wholeRequests: overPlain(prompts, 'wholeLogs'),
    kinds: Object.fromEntries(
      promptKinds.map((kind) => {
        const own = prompts.filter((prompt) => prompt.kind === kind);
        return [kind, { ...overPlain(own), wholeRequests: overPlain(own, 'wholeLogs')?.ratio }];
      }),
    ),
  }));
}
