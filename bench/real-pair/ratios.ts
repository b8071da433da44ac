import { type MeanRatio, meanRatio } from '../support/mean-ratio.js';
import { geometricMean, mean } from '../support/means.js';
import type { PromptKind } from './chat-prompts.js';
import { plainOf } from './engines.js';
import type { PairName } from './pairs.js';
import type { Run } from './runs-file.js';

/** Logs of a system's speeds over our plain loop on its own engine, in the same turns, for one prompt. */
export interface PromptRatios {
  readonly prompt: string;
  readonly kind: PromptKind;
  /** After the first tokens, by repeat. */
  readonly logs: readonly number[];
  /** Of whole requests, reading the prompt included, by repeat. */
  readonly wholeLogs: readonly number[];
  /** The same over our plain loop on llama.cpp, which takes turns with all. */
  readonly commonLogs: readonly number[];
  /** Tokens a second after the first tokens, the geometric mean over repeats. */
  readonly rate: number;
}

/** One pair of files at one temperature: ratios of its prompts by system. */
export interface Setting {
  readonly files: PairName;
  readonly temperature: number;
  readonly systems: ReadonlyMap<string, readonly PromptRatios[]>;
}

/** Tokens a second. The tokens of the first round are left out with it: it ends with the first token. */
export function rateOf({ count, firstCount, restMilliseconds }: Run): number {
  return (1000 * (count - firstCount)) / restMilliseconds;
}

function wholeRateOf({ count, firstMilliseconds, restMilliseconds }: Run): number {
  return (1000 * count) / (firstMilliseconds + restMilliseconds);
}

/** The runs on the processor that ran last, of each system with the setup that it had last. */
export function currentRuns(runs: readonly Run[]): Run[] {
  const processor = runs.at(-1)?.processor;
  const here = runs.filter(
    (run) => run.processor === processor && run.tokenCount === runs.at(-1)?.tokenCount,
  );
  const setups = new Map(here.map(({ system, setup }) => [system, setup]));
  // An answer of one round has no rate.
  return here.filter((run) => run.setup === setups.get(run.system) && run.count > run.firstCount);
}

/** Ratios by files and temperature. Where a system ran a repeat of a prompt twice, the later one counts. */
export function settingsOf(runs: readonly Run[]): Setting[] {
  const settings: Setting[] = [];
  for (const own of groupBy(runs, ({ files, temperature }) => `${files} ${temperature}`).values()) {
    const [{ files, temperature }] = own as [Run];
    const plainRuns = (name: string): ReadonlyMap<string, Run> =>
      new Map(own.filter(({ system }) => system === name).map((run) => [run.unit, run]));
    const common = plainRuns('plain');
    const systems = new Map<string, PromptRatios[]>();
    for (const [system, ofSystem] of groupBy(own, (run) => run.system)) {
      const plains = plainRuns(plainOf(system));
      const prompts = [...groupBy(ofSystem, (run) => run.prompt).values()].map((ofPrompt) =>
        promptRatios(ofPrompt, plains, common),
      );
      systems.set(
        system,
        prompts.filter((ratios) => ratios !== undefined),
      );
    }
    settings.push({ files, temperature, systems });
  }
  return settings;
}

function promptRatios(
  runs: readonly Run[],
  plains: ReadonlyMap<string, Run>,
  common: ReadonlyMap<string, Run>,
): PromptRatios | undefined {
  const inTurns = runs.filter(({ unit }) => plains.has(unit) && common.has(unit));
  const latest = new Map(inTurns.map((run) => [run.repeat, run]));
  const kept = [...latest.values()].toSorted((left, right) => left.repeat - right.repeat);
  const [first] = kept;
  if (first === undefined) return undefined;
  const logs = (rate: (run: Run) => number, baselines = plains): number[] =>
    kept.map((run) => Math.log(rate(run) / rate(baselines.get(run.unit) as Run)));
  return {
    prompt: first.prompt,
    kind: first.kind,
    logs: logs(rateOf),
    wholeLogs: logs(wholeRateOf),
    commonLogs: logs(rateOf, common),
    rate: geometricMean(kept.map(rateOf)),
  };
}

/** Of the prompts that both have. In turns with each other, plain decoding falls out. */
export function over(
  candidate: readonly PromptRatios[],
  baseline: readonly PromptRatios[] | undefined,
): MeanRatio | undefined {
  if (baseline === undefined) return undefined;
  const logs = candidate.flatMap((own) => {
    const other = baseline.find(({ prompt }) => prompt === own.prompt);
    return other === undefined ? [] : [mean(own.commonLogs) - mean(other.commonLogs)];
  });
  return meanRatio(logs);
}

export function overPlain(
  prompts: readonly PromptRatios[],
  which: 'logs' | 'wholeLogs' | 'commonLogs' = 'logs',
): MeanRatio | undefined {
  return meanRatio(prompts.map((own) => mean(own[which])));
}

/** Node 20 has no `Map.groupBy`. */
function groupBy<Value>(values: readonly Value[], key: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}
