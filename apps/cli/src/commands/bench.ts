import { Command, InvalidArgumentError as UsageError, Option } from '@commander-js/extra-typings';
import {
  type LossyDeviation,
  measureDeviation,
  measureRouting,
  type RoutingDeviation,
} from '@foretoken/audit';
import { createPromptLookupDrafter, ForetokenError, InvalidArgumentError, lossyRules } from '@foretoken/core';
import type { Plan } from '@foretoken/planner';
import { describeMachine } from '@foretoken/planner';
import { backendNames } from '../engines/backends.js';
import { type Comparison, compareRuns } from '../benchmark/compare-runs.js';
import { chatTemplateOption } from '../options/chat-template-option.js';
import { type DraftLength, parseDraftLength } from '../options/draft-length.js';
import { draftersOption, draftNames } from '../options/draft-names.js';
import { draftParts, isModelPart } from '../options/draft-parts.js';
import { branchingOption, treeDraftLength, treeOption } from '../options/draft-tree.js';
import { modelOptions, type ModelSelection } from '../options/model-options.js';
import { wholeNumber } from '../options/numbers.js';
import { allowStaleOption, planOption } from '../options/plan-option.js';
import { promptsOption } from '../options/prompts-option.js';
import { routeOption } from '../options/route.js';
import { samplingOptions, type SamplingSelection, samplingSettings } from '../options/sampling-options.js';
import { comparisonTable, differenceLines, speedupText } from '../output/comparison-table.js';
import { deviationTable } from '../output/deviation-table.js';
import { draftedText } from '../output/drafted-text.js';
import { draftersTable } from '../output/drafters-table.js';
import { interruptSignal } from '../output/interrupt.js';
import { colours } from '../output/colours.js';
import { note, printJson, printLine } from '../output/lines.js';
import { noteLossy } from '../output/lossy-note.js';
import { withProgress } from '../output/progress.js';
import { openSelection, selectedModel } from '../planning/open-selection.js';
import { predictedLine, predictedOf } from '../planning/predicted-speed.js';
import { withPlan } from '../planning/with-plan.js';
import { encodePrompts, type Prompt } from '../prompts/prompt.js';
import { readPrompts } from '../prompts/read-prompts.js';

export function benchCommand() {
  return new Command('bench')
    .description('Measure speculative against plain decoding, in one interleaved run.')
    .addOption(promptsOption)
    .addOption(chatTemplateOption)
    .addOption(modelOptions.model)
    .addOption(modelOptions.draft)
    .addOption(modelOptions.combine)
    .addOption(modelOptions.stage)
    .addOption(draftersOption)
    .addOption(planOption)
    .addOption(allowStaleOption)
    .addOption(
      new Option('--backend <name>', 'engine of the target, or all of them in turn')
        .choices([...backendNames, 'all'])
        .default('llamacpp'),
    )
    .addOption(modelOptions.draftBackend)
    .addOption(modelOptions.foreignDraft)
    .addOption(modelOptions.threads)
    .addOption(modelOptions.context)
    .addOption(modelOptions.gpuLayers)
    .addOption(modelOptions.kvType)
    .addOption(modelOptions.device)
    .addOption(modelOptions.access)
    .addOption(
      new Option('--draft-length <list>', 'draft lengths to compare, such as 0,2,4,auto')
        .argParser(parseLengths)
        .default(['auto'] as DraftLength[]),
    )
    .addOption(treeOption)
    .addOption(routeOption)
    .addOption(samplingOptions.rule)
    .addOption(samplingOptions.temperature)
    .addOption(samplingOptions.topK)
    .addOption(samplingOptions.topP)
    .addOption(samplingOptions.minP)
    .addOption(
      new Option('-n, --max-tokens <n>', 'tokens a run')
        .argParser(wholeNumber('--max-tokens', 1))
        .default(96),
    )
    .addOption(
      new Option('--repeats <n>', 'runs of every prompt both ways')
        .argParser(wholeNumber('--repeats', 1))
        .default(3),
    )
    .addOption(samplingOptions.seed)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Both ways decode side by side, some tokens of each in turn, so that what slows the machine down slows both.
The ratio of a prompt is the median over the repeats; shown is the typical prompt's (Hodges and Lehmann) with a 95 %
interval over prompts, which needs six of them, then the median and the quartiles. For a lossy rule the distance of
its output from the target's is measured too, over two prompts or more; with --route that of what the chosen models
write, whose speed is not.

Examples:
  foretoken bench --temperature 0 --draft-length 1,2,4,auto
  foretoken bench --backend all --temperature 0
  foretoken bench --drafters all --draft-length 4 --temperature 0
  foretoken bench --drafters 'embedded prompt-lookup+embedded' --temperature 0
  foretoken bench --tree 2,2,1 --temperature 0
  foretoken bench --plan plan.json                                predicted beside measured, of planned trees too
  foretoken bench --model big.gguf --draft small.gguf --prompts prompts.jsonl --json`,
    )
    .action(async (flags, command) => {
      const signal = interruptSignal();
      const { options: given, plan, rule } = await withPlan(flags, command, signal);
      const { tree } = given;
      const options = {
        ...given,
        rule,
        draftLength: given.draftLength.map((length) => treeDraftLength(given, length)),
      };
      const prompts = await readPrompts(options, selectedModel({ models: options, plan }));
      const lossy = noteLossy(options.rule, options.route);
      if (options.route !== undefined && prompts.length < 2)
        throw new InvalidArgumentError('bench --route measures over prompts: give at least two.');
      const engines: EngineResult[] = [];
      const { drafters } = options;
      const drafts = drafters === undefined ? [options.draft] : draftNames(drafters, options.model);
      const backends = options.backend === 'all' ? backendNames : [options.backend];
      const runs = backends.flatMap((backend) =>
        drafts.map((draft) => ({
          backend,
          draft,
          // Of the drafters of a list it is that of the models among them.
          ...(drafters === undefined || draftParts(draft ?? 'none').some(isModelPart)
            ? {}
            : { draftBackend: undefined }),
        })),
      );
      let failure: unknown;
      for (const run of runs) {
        try {
          engines.push(await benchEngine({ ...options, ...run }, prompts, plan, signal));
        } catch (error) {
          // What the others took minutes to measure is not lost with one that cannot run.
          if (runs.length === 1 || !ForetokenError.isInstance(error) || signal.aborted) throw error;
          failure = error;
          note(
            colours.yellow(`${run.draft ?? 'the drafter'} on ${run.backend} is left out: ${error.message}`),
          );
        }
      }
      if (engines.length === 0 && failure !== undefined) throw failure;
      if (options.json === true) {
        printJson({
          machine: describeMachine(),
          rule: options.rule,
          lossy,
          seed: options.seed,
          maxTokens: options.maxTokens,
          tree: tree?.text,
          plan: plan && { file: flags.plan, predicted: plan.predicted },
          engines,
        });
        return;
      }
      for (const { engine, target, drafter, planned, results, differences, routing } of engines) {
        for (const [index, { draftLength, comparison, deviation, predicted }] of results.entries()) {
          const drafted = tree === undefined ? planned : `tree ${tree.text}`;
          printLine(
            `${target} on ${engine}, ${drafter}, ${drafted === undefined ? '' : `${drafted}, `}draft length ${draftLength}: ${speedupText(comparison.speedup)} of plain`,
          );
          printLine(comparisonTable(comparison));
          if (predicted !== undefined) printLine(predictedLine(predicted, comparison));
          if (deviation !== undefined) printLine(deviationTable(deviation));
          for (const line of differences[index] as string[]) printLine(line);
        }
        if (routing !== undefined) {
          const { routed, prompts: asked, ...deviation } = routing;
          printLine(
            deviationTable({ ...deviation, rule: `${routed} of ${asked} prompts by the draft model` }),
          );
        }
      }
      if (drafts.length > 1) {
        printLine(
          draftersTable(
            engines.flatMap(({ draft = '', engine, results }) =>
              results.map((result) => ({ draft, engine, ...result })),
            ),
          ),
        );
      }
      const { processor, cores } = describeMachine();
      printLine(`${processor}, ${cores} cores; seed ${options.seed}`);
    });
}

interface LengthResult {
  readonly draftLength: DraftLength;
  readonly comparison: Comparison;
  /** Of a lossy rule, from two prompts on. */
  readonly deviation: LossyDeviation | undefined;
  /** What the plan says of this length, with `--plan`. */
  readonly predicted: Plan['predicted']['speedup'] | undefined;
}

/** Every draft length of one drafter on one engine, in the order asked for. */
interface EngineResult {
  /** As `--draft` names it; undefined: the default. */
  readonly draft: string | undefined;
  readonly engine: string;
  readonly target: string;
  readonly drafter: string;
  /** The trees of a plan's drafter; undefined: it drafts chains. */
  readonly planned: string | undefined;
  readonly results: readonly LengthResult[];
  /** A line for every prompt whose greedy text differs, [results]. */
  readonly differences: readonly string[][];
  /** With `--route`. */
  readonly routing: RoutingDeviation | undefined;
}

interface BenchOptions extends ModelSelection, SamplingSelection {
  readonly plan?: string | undefined;
  readonly allowStale?: boolean | undefined;
  readonly draftLength: readonly DraftLength[];
  readonly rule: string;
  readonly seed: number;
  readonly maxTokens: number;
  readonly repeats: number;
}

async function benchEngine(
  options: BenchOptions,
  written: readonly Prompt[],
  plan: Plan | undefined,
  signal: AbortSignal,
): Promise<EngineResult> {
  const sampling = samplingSettings(options);
  const models = await openSelection({ models: options, plan }, signal);
  const { target, draft, planned } = models;
  const plannedTree = planned.find(({ tree }) => tree !== undefined);
  // A plan without drafts is plain decoding against itself.
  const drafter = models.drafter ?? (plan === undefined ? undefined : createPromptLookupDrafter());
  try {
    if (drafter === undefined)
      throw new InvalidArgumentError('bench needs something that drafts: give --draft.');
    const prompts = encodePrompts(target.tokenizer, written);
    const lossyRule = lossyRules.get(options.rule);
    const results: LengthResult[] = [];
    for (const draftLength of options.draftLength) {
      const title = `${target.capabilities.engine}, draft length ${draftLength}`;
      // One of its own for every length, which learns from run to run.
      const controller = models.createDraftLength(draftLength, options.rule);
      const shared = {
        target,
        drafter,
        prompts,
        sampling,
        signal,
        seed: options.seed,
        maximumTokens: options.maxTokens,
        controller,
      };
      const comparison = await withProgress(title, prompts.length, (onPrompt) =>
        compareRuns({
          ...shared,
          onPrompt,
          rule: options.rule,
          trees: branchingOption(options) !== undefined || plannedTree !== undefined,
          repeats: options.repeats,
        }),
      );
      const deviation =
        lossyRule === undefined || prompts.length < 2
          ? undefined
          : await withProgress(`${title}, deviation`, prompts.length, (onPrompt) =>
              measureDeviation({ ...shared, onPrompt, rule: lossyRule }),
            );
      const predicted = plan && predictedOf(plan, { planned, draftLength, tokens: options.maxTokens });
      results.push({ draftLength, comparison, deviation, predicted });
    }
    const { route: tolerance, maxTokens: maximumTokens, seed } = options;
    const routing =
      tolerance === undefined || draft === undefined
        ? undefined
        : await withProgress(
            `${target.capabilities.engine}, route ${tolerance}`,
            prompts.length,
            (onPrompt) =>
              measureRouting({
                large: target,
                small: draft,
                tolerance,
                prompts,
                sampling,
                maximumTokens,
                seed,
                signal,
                onPrompt,
              }),
          );
    return {
      draft: options.draft,
      engine: target.capabilities.engine,
      target: target.name,
      drafter: drafter.name,
      planned: plannedTree && draftedText(plannedTree),
      results,
      routing,
      differences: results.map(({ comparison }) => differenceLines(comparison, target)),
    };
  } finally {
    await models.close();
  }
}

function parseLengths(text: string): DraftLength[] {
  const lengths = text.split(',').map((part) => parseDraftLength(part.trim()));
  if (lengths.length === 0) throw new UsageError('--draft-length takes a list such as 0,2,4,auto.');
  return lengths;
}
