import { Command, Option } from '@commander-js/extra-typings';
import {
  type CostCurve,
  createLearningDraftLength,
  createPromptLookupDrafter,
  type Drafter,
  type DraftLengthController,
  encodePrompt,
  ForetokenError,
  generate,
  type LanguageModel,
  type SamplingSettings,
} from '@foretoken/core';
import { describeMachine } from '@foretoken/planner';
import { colours } from '../output/colours.js';
import { tinyModels } from '@foretoken/tiny-models';
import { backendNames, loadModel } from '../engines/backends.js';
import { calibratePasses, calibrateRounds } from '../benchmark/calibrate.js';
import { compareEngines, type EngineComparison } from '../benchmark/compare-engines.js';
import { type Comparison, compareRuns } from '../benchmark/compare-runs.js';
import { measureAcceptance } from '../benchmark/measure-acceptance.js';
import { draftModel } from '../options/draft-model.js';
import { draftParts, isModelPart } from '../options/draft-parts.js';
import { openModels } from '../engines/open-models.js';
import { engineSelection, modelOptions, modelPath, type ModelSelection } from '../options/model-options.js';
import { wholeNumber } from '../options/numbers.js';
import { samplingOptions } from '../options/sampling-options.js';
import { type ArithmeticRow, arithmeticRows, arithmeticTable } from '../output/arithmetic-table.js';
import { comparisonTable, differenceLines } from '../output/comparison-table.js';
import { enginesTable } from '../output/engines-table.js';
import { interruptSignal } from '../output/interrupt.js';
import { drafterFailureLine } from '../output/drafter-failure-line.js';
import { note, printJson, printLine } from '../output/lines.js';
import { noteLossy } from '../output/lossy-note.js';
import { colourByOrigin, colourLegend } from '../output/origin-colours.js';
import { withProgress } from '../output/progress.js';
import { codePrompts } from '../prompts/code-prompts.js';
import { repeatingPrompts } from '../prompts/repeating-prompts.js';

interface Task {
  readonly name: string;
  readonly drafter: Drafter;
  /** The model that drafts, where one does. */
  readonly draft: LanguageModel | undefined;
  readonly prompts: readonly string[];
  /** Longest draft to try while acceptance is measured. */
  readonly probeLength: number;
}

interface TaskResult {
  readonly task: string;
  readonly drafter: string;
  /** By position, given that those before were kept. */
  readonly acceptance: { readonly greedy: readonly number[]; readonly sampled: readonly number[] };
  /** Measured at temperature 1, where the host has more to do than in greedy decoding. */
  readonly roundCosts: CostCurve;
  readonly arithmetic: readonly ArithmeticRow[];
  readonly greedy: Comparison;
  readonly sampled: Comparison;
}

const seed = 20261124;
const samplings = { greedy: { temperature: 0 }, sampled: { temperature: 1 } };
const acceptancePromptCount = 8;
const enginePromptCount = 4;
const engineDraftLength = 3;

export function demoCommand() {
  return new Command('demo')
    .description('Write TypeScript plain and speculatively, and measure the difference on this machine.')
    .addOption(modelOptions.model)
    .addOption(modelOptions.draft)
    .addOption(modelOptions.backend)
    .addOption(modelOptions.draftBackend)
    .addOption(modelOptions.foreignDraft)
    .addOption(modelOptions.threads)
    .addOption(modelOptions.context)
    .addOption(modelOptions.gpuLayers)
    .addOption(modelOptions.kvType)
    .addOption(modelOptions.device)
    .addOption(modelOptions.access)
    .addOption(samplingOptions.rule)
    .addOption(
      new Option('--prompts <n>', 'prompts a task, 1 to 16')
        .argParser(wholeNumber('--prompts', 1, codePrompts.length))
        .default(16),
    )
    .addOption(
      new Option('-n, --max-tokens <n>', 'tokens a run')
        .argParser(wholeNumber('--max-tokens', 2))
        .default(96),
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Two tasks: writing code with a draft model, and text that repeats its prompt with prompt lookup. Speculation
picks its draft length from pass costs measured at the start and from the acceptance it sees; 0 is one of the
choices. At the end both engines, alone and mixed, run the first prompts with the draft model.

Examples:
  npm run demo
  npm run demo -- --model big.gguf --draft small.gguf --prompts 4`,
    )
    .action(async (options) => {
      const signal = interruptSignal();
      const say = options.json === true ? note : printLine;
      const lossy = noteLossy(options.rule);
      const models = await openModels(options, signal);
      const { target, draft, drafter } = models;
      const machine = describeMachine();
      try {
        say(
          `${machine.processor}, ${machine.cores} cores. Target ${target.name} (${target.capabilities.engine}).`,
        );
        const passCosts = await calibratePasses(target, draft, samplings.greedy, signal);
        say(costLine('target', passCosts.target));
        if (passCosts.draft !== undefined) say(costLine('draft', passCosts.draft));

        const tasks: Task[] = [];
        if (drafter !== undefined) {
          tasks.push({
            name: 'write code',
            drafter,
            draft,
            prompts: codePrompts.slice(0, options.prompts),
            probeLength: 4,
          });
        }
        tasks.push({
          name: 'repeat the prompt',
          drafter: createPromptLookupDrafter(),
          draft: undefined,
          prompts: repeatingPrompts.slice(0, options.prompts),
          probeLength: 15,
        });
        const results: TaskResult[] = [];
        for (const task of tasks) {
          const roundCosts = await calibrateRounds({ ...task, target, sampling: samplings.sampled, signal });
          if (options.json !== true)
            await show(target, task, roundCosts, options.rule, options.maxTokens, signal);
          const result = await measure(target, task, roundCosts, options, signal);
          results.push(result);
          if (options.json === true) continue;
          say('');
          say(`Draft length by measured costs and acceptance, greedy (${task.drafter.name}):`);
          say(arithmeticTable(result.arithmetic));
          say(`Greedy, ${task.prompts.length} prompts of ${options.maxTokens} tokens:`);
          say(comparisonTable(result.greedy));
          for (const line of differenceLines(result.greedy, target)) say(line);
          say(`Temperature 1, rule ${options.rule}:`);
          say(comparisonTable(result.sampled));
        }
        const engines = draft === undefined ? undefined : await measureEngines(options, signal);
        if (typeof engines === 'string') say(`The other engine: ${engines}`);
        else if (engines !== undefined && options.json !== true) {
          say('');
          say(`Both engines, alone and mixed, greedy, draft length ${engineDraftLength}:`);
          say(enginesTable(engines));
        }
        say('');
        say(colours.dim('tokens/s without reading the prompt; runs take turns; intervals are over prompts.'));
        if (options.json === true) {
          printJson({
            machine,
            target: target.name,
            engine: target.capabilities.engine,
            draft: draft?.name,
            rule: options.rule,
            lossy,
            seed,
            passCosts,
            tasks: results,
            engines,
          });
        }
      } finally {
        await models.close();
      }
    });
}

/** Streams one prompt plain, then speculatively, its tokens coloured by origin. */
async function show(
  target: LanguageModel,
  task: Task,
  roundCosts: CostCurve,
  rule: string,
  maximumTokens: number,
  signal: AbortSignal,
): Promise<void> {
  const prompt = task.prompts[0] as string;
  for (const speculative of [false, true]) {
    printLine('');
    printLine(
      colours.bold(
        `${task.name}, ${speculative ? `speculative (${task.drafter.name}): ${colourLegend}` : 'plain'}`,
      ),
    );
    process.stdout.write(colours.dim(prompt));
    const events = generate({
      target,
      prompt,
      rule,
      sampling: samplings.greedy,
      maximumTokens,
      ignoreEndTokens: true,
      signal,
      ...(speculative ? { drafter: task.drafter, draftLength: learningController(task, roundCosts) } : {}),
    });
    for await (const event of events) {
      if (event.type === 'token-committed') process.stdout.write(colourByOrigin(event));
      if (event.type === 'drafter-failed') note(colours.yellow(drafterFailureLine(event)));
    }
    printLine('');
  }
}

async function measure(
  target: LanguageModel,
  task: Task,
  roundCosts: CostCurve,
  options: { readonly rule: string; readonly maxTokens: number },
  signal: AbortSignal,
): Promise<TaskResult> {
  const { rule, maxTokens: maximumTokens } = options;
  const { drafter, prompts } = task;
  const acceptanceAt = (sampling: SamplingSettings): Promise<number[]> =>
    measureAcceptance({
      target,
      drafter,
      prompts: prompts.slice(0, acceptancePromptCount),
      sampling,
      rule,
      length: Math.min(task.probeLength, target.capabilities.maximumPassTokens - 1),
      maximumTokens,
      signal,
    });
  const acceptance = {
    greedy: await acceptanceAt(samplings.greedy),
    sampled: await acceptanceAt(samplings.sampled),
  };
  const compare = (kind: keyof typeof samplings): Promise<Comparison> => {
    const controller = learningController(task, roundCosts, acceptance[kind]);
    return withProgress(
      `${task.name}, temperature ${samplings[kind].temperature}`,
      prompts.length,
      (onPrompt) =>
        compareRuns({
          target,
          drafter,
          prompts: prompts.map((prompt) => encodePrompt(target.tokenizer, prompt)),
          rule,
          seed,
          maximumTokens,
          signal,
          repeats: 3,
          onPrompt,
          sampling: samplings[kind],
          controller,
        }),
    );
  };
  return {
    task: task.name,
    drafter: drafter.name,
    acceptance,
    roundCosts,
    arithmetic: arithmeticRows(roundCosts, acceptance.greedy),
    greedy: await compare('greedy'),
    sampled: await compare('sampled'),
  };
}

/** Every pair of engines for target and draft; a message where an engine does not take these models. */
async function measureEngines(
  options: ModelSelection & { readonly rule: string; readonly maxTokens: number; readonly prompts: number },
  signal: AbortSignal,
): Promise<EngineComparison[] | string> {
  const { model, draft = 'embedded', threads, context } = options;
  const part = draftParts(draft).find(isModelPart) ?? draft;
  const { file, ...layers } = draftModel(part, modelPath(model, tinyModels.target));
  // What one engine has and the other lacks is left at its default.
  const shared = engineSelection({ threads, context }, signal);
  const pairs = backendNames.flatMap((target) =>
    backendNames.map((drafting) => ({ target, draft: drafting })),
  );
  try {
    return await withProgress('both engines', pairs.length, (onPair) =>
      compareEngines({
        pairs,
        openTarget: (engine) => loadModel(engine, modelPath(model, tinyModels.target), shared),
        openDraft: (engine) => loadModel(engine, file, { ...shared, ...layers }),
        prompts: codePrompts.slice(0, Math.min(enginePromptCount, options.prompts)),
        draftLength: engineDraftLength,
        rule: options.rule,
        maximumTokens: options.maxTokens,
        seed,
        signal,
        onPair,
      }),
    );
  } catch (error) {
    if (ForetokenError.isInstance(error) && error.name === 'UnsupportedError') return error.message;
    throw error;
  }
}

/** @param acceptance measured by position; the drafter's own guess where nothing was measured. */
function learningController(
  { drafter: { expectedAcceptance } }: Task,
  roundCosts: CostCurve,
  acceptance?: readonly number[],
): DraftLengthController {
  const guessed = expectedAcceptance === undefined ? undefined : [expectedAcceptance];
  return createLearningDraftLength({ roundCosts, priorAcceptance: acceptance ?? guessed });
}

function costLine(name: string, { lengths, milliseconds }: CostCurve): string {
  const costs = lengths.map((length, index) => `${length}: ${(milliseconds[index] as number).toFixed(2)}`);
  return `Milliseconds of a ${name} pass over n tokens - ${costs.join(', ')}`;
}
