import { Command, Option } from '@commander-js/extra-typings';
import { InvalidArgumentError, verificationRules } from '@foretoken/core';
import { kvTypes } from '@foretoken/llamacpp-backend';
import {
  describeMachine,
  type CompilePlanOptions,
  compilePlan,
  emitLlamaServer,
  emitVllm,
  parseObjective,
  type Pipeline,
  readProfile,
  writePlan,
} from '@foretoken/planner';
import { backendNames } from '../engines/backends.js';
import { treeOption } from '../options/draft-tree.js';
import { memorySize } from '../options/memory-size.js';
import { modelOptions } from '../options/model-options.js';
import { nameList } from '../options/name-list.js';
import { nGramOptions } from '../options/n-gram-options.js';
import { wholeNumber } from '../options/numbers.js';
import { allowStaleOption } from '../options/plan-option.js';
import { powerModelOption } from '../options/power-model.js';
import { samplingOptions } from '../options/sampling-options.js';
import { colours } from '../output/colours.js';
import { interruptSignal } from '../output/interrupt.js';
import { libraries } from '../output/libraries.js';
import { note, printJson, printLine } from '../output/lines.js';
import { decisionLines, planLines } from '../output/plan-lines.js';
import { requireWritablePage, writePage } from '../page/write-page.js';
import { readMeasuredSpeeds } from '../planning/measured-speeds.js';
import { measureQualities } from '../planning/measure-qualities.js';
import { draftFiles, pipelineFromOptions, type PipelineFlags } from '../planning/pipeline-from-options.js';
import { pipelineModels } from '../planning/pipeline-models.js';
import { readPipelineFile } from '../planning/read-pipeline-file.js';
import { planPage } from '../planning/plan-page.js';

/** What a pipeline file says too. */
const described = [
  'model',
  'draft',
  'combine',
  'stage',
  'source',
  'backend',
  'foreignDraft',
  'threads',
  'context',
  'corpus',
  'nGramStore',
  'tree',
  'rule',
  'temperature',
  'topK',
  'topP',
  'minP',
  'objective',
  'memoryLimit',
  'sequences',
  'targetFormats',
  'targetCacheTypes',
  'sameText',
  'powerModel',
];

export function planCommand() {
  return new Command('plan')
    .description('Compile a profile into a plan: what drafts, how many tokens, in which formats, or nothing.')
    .requiredOption('--profile <file>', 'the profile of foretoken profile')
    .requiredOption('-o, --output <file>', 'the plan')
    .addOption(
      new Option('--pipeline <file>', 'what may be run, as docs/pipeline.md describes it').conflicts(
        described,
      ),
    )
    .addOption(modelOptions.model)
    .option(
      '-d, --draft <list>',
      'what may draft, as of generate; default: every profiled drafter that needs no file beside the target',
    )
    .addOption(
      new Option(
        '--combine <way>',
        'with several drafters: the best one alone (single), or in every round the one that promises most (estimate); default: what is predicted to be better',
      ).choices(['single', 'estimate'] as const),
    )
    .addOption(modelOptions.stage)
    .addOption(modelOptions.source)
    .addOption(nGramOptions.corpus)
    .addOption(nGramOptions.store)
    .addOption(treeOption)
    .addOption(modelOptions.foreignDraft)
    .addOption(
      new Option('--backend <name>', 'engine that may run; default: every one that was profiled').choices(
        backendNames,
      ),
    )
    .addOption(
      new Option('--threads <n>', 'most CPU threads; default: as many as were profiled').argParser(
        wholeNumber('--threads', 1),
      ),
    )
    .addOption(
      new Option('--context <tokens>', 'typical tokens in the cache; default: as profiled').argParser(
        wholeNumber('--context', 1),
      ),
    )
    .addOption(
      new Option('--rule <name>', 'verification rule; default: chosen').choices([
        ...verificationRules.keys(),
      ]),
    )
    .option('--same-text', 'the same seed gives the same text with and without drafts (sample-match)')
    .addOption(samplingOptions.temperature)
    .addOption(samplingOptions.topK)
    .addOption(samplingOptions.topP)
    .addOption(samplingOptions.minP)
    .addOption(
      new Option(
        '--objective <what>',
        'latency, throughput or energy, or weights such as latency:0.7,energy:0.3; default: latency',
      ).argParser(parseObjective),
    )
    .addOption(
      new Option('--memory-limit <size>', 'of target and drafter together, such as 2GiB').argParser(
        memorySize('--memory-limit'),
      ),
    )
    .addOption(
      new Option('--sequences <n>', 'sequences decoded in one pass, for the throughput').argParser(
        wholeNumber('--sequences', 1),
      ),
    )
    .addOption(
      new Option(
        '--target-formats <list>',
        "weight formats that the target may have beside its file's: each is another target",
      ).argParser((text) => text.split(',').map((format) => format.trim())),
    )
    .addOption(
      new Option(
        '--target-cache-types <list>',
        "formats that the target's key-value cache may have beside the engine's own: each is another target",
      ).argParser(nameList('--target-cache-types', Object.keys(kvTypes))),
    )
    .addOption(powerModelOption)
    .option('--explain', 'print what every pass decided')
    .addOption(
      new Option('--emit <engine>', 'print the plan for another engine').choices(['llama-server', 'vllm']),
    )
    .option('--report <page.html>', 'write a page with plots')
    .option('--measured <file>', 'for the report: what foretoken bench --plan ... --json printed')
    .option(
      '--measure-quality',
      'for the report: perplexity and a pass rate of target and drafts, measured now',
    )
    .addOption(allowStaleOption)
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      `
Examples:
  foretoken plan --profile profile.json --output plan.json --explain
  foretoken plan --profile profile.json --output plan.json --objective latency:0.7,energy:0.3 --memory-limit 2GiB
  foretoken plan --profile profile.json --output plan.json --pipeline pipeline.json --report plan.html
  foretoken plan --profile profile.json --output plan.json --model big.gguf --draft small.gguf --emit llama-server
  foretoken generate --plan plan.json 'export function '`,
    )
    .action(async (options) => {
      const signal = interruptSignal();
      checkReportOptions(options);
      if (options.report !== undefined) await requireWritablePage(options.report, '--report');
      const measured = options.measured === undefined ? [] : await readMeasuredSpeeds(options.measured);
      const input = await readInput(options, signal);
      const plan = compilePlan(input);
      await writePlan(options.output, plan);
      if (options.explain === true) for (const line of decisionLines(plan)) note(line);
      if (options.emit !== undefined) {
        const { text, inexpressible } = options.emit === 'vllm' ? emitVllm(plan) : emitLlamaServer(plan);
        printLine(text);
        for (const line of inexpressible) note(`cannot be expressed: ${line}`);
        for (const line of planLines(plan, input.profile.energy, options.output)) note(line);
      } else if (options.json === true) printJson({ output: options.output, plan });
      else for (const line of planLines(plan, input.profile.energy, options.output)) printLine(line);
      if (options.report !== undefined) {
        const qualities = options.measureQuality === true ? await measureQualities(plan, signal) : undefined;
        await writePage(
          options.report,
          await planPage({
            plan,
            profile: input.profile,
            qualities,
            measured,
            powerModel: input.pipeline.powerModel,
          }),
          '--report',
        );
      }
    });
}

/** @throws InvalidArgumentError for what would be left out without a word. */
function checkReportOptions(options: {
  readonly report?: string | undefined;
  readonly measured?: string | undefined;
  readonly measureQuality?: true | undefined;
  readonly emit?: string | undefined;
  readonly json?: true | undefined;
}): void {
  const { report, measured, measureQuality, emit, json } = options;
  const lone =
    measured === undefined ? (measureQuality === true ? '--measure-quality' : undefined) : '--measured';
  if (report === undefined && lone !== undefined)
    throw new InvalidArgumentError(`${lone} is for the report: say where to write it with --report.`);
  if (emit !== undefined && json === true)
    throw new InvalidArgumentError('--emit prints for another engine: leave --json out, or --emit.');
}

interface PlanInput extends PipelineFlags {
  readonly profile: string;
  readonly pipeline?: string | undefined;
  readonly allowStale?: true | undefined;
  readonly sameText?: true | undefined;
}

/** The pipeline, its models, and the profile, checked against them and this machine. */
async function readInput(options: PlanInput, signal: AbortSignal): Promise<CompilePlanOptions> {
  const context = { machine: describeMachine(), libraries: libraries(), models: {} };
  let pipeline: Pipeline;
  if (options.pipeline !== undefined) pipeline = await readPipelineFile(options.pipeline);
  else {
    // Only what was profiled is asked here; whether it may be used is checked below.
    const { profile } = await readProfile(options.profile, { context, allowStale: true });
    const seedContract = options.sameText === true ? 'text' : undefined;
    pipeline = pipelineFromOptions({ ...options, seedContract }, profile);
    const unnamed = options.draft === undefined ? draftFiles(options.model, profile) : [];
    if (unnamed.length > 0)
      note(`Profiled, and left out since --draft does not name it: ${unnamed.join(', ')}.`);
  }
  const models = await pipelineModels(pipeline, signal);
  const files = [models.target, ...models.drafters].filter((model) => model !== undefined);
  const { profile, differences } = await readProfile(options.profile, {
    context: { ...context, models: Object.fromEntries(files.map((model) => [model.name, model])) },
    allowStale: options.allowStale,
  });
  for (const line of differences) note(colours.yellow(`stale profile: ${line}`));
  return { pipeline, models, profile };
}
