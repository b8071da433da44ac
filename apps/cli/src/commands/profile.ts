import path from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { endsFirst, ForetokenError, verificationRules } from '@foretoken/core';
import {
  describeMachine,
  metersOf,
  openEnergyMeters,
  type ProfiledHead,
  type ProfiledModel,
  profileSetup,
} from '@foretoken/planner';
import { tinyModels } from '@foretoken/tiny-models';
import { backendNames } from '../engines/backends.js';
import { profiledHead } from '../engines/heads.js';
import { openModels, type OpenModels } from '../engines/open-models.js';
import { draftKvType } from '../engines/kv-types.js';
import { predictMemory } from '../engines/predict-memory.js';
import { chatTemplateOption } from '../options/chat-template-option.js';
import { checkDraftSelection } from '../options/check-draft-selection.js';
import { draftModel } from '../options/draft-model.js';
import { isModelPart } from '../options/draft-parts.js';
import { duration } from '../options/duration.js';
import { engineSelection, modelOptions, modelPath, type ModelSelection } from '../options/model-options.js';
import { wholeNumber, wholeNumbers } from '../options/numbers.js';
import { powerModelOption } from '../options/power-model.js';
import { promptsOption } from '../options/prompts-option.js';
import { samplingOptions, samplingSettings } from '../options/sampling-options.js';
import { colours } from '../output/colours.js';
import { interrupted, interruptSignal } from '../output/interrupt.js';
import { libraries } from '../output/libraries.js';
import { note, printJson, printLine } from '../output/lines.js';
import { profileLines } from '../output/profile-lines.js';
import { withTimedProgress } from '../output/progress.js';
import { type Configuration, configurations } from '../profiling/configurations.js';
import { profileConfigurations } from '../profiling/profile-configurations.js';
import { encodePrompts } from '../prompts/prompt.js';
import { readPrompts } from '../prompts/read-prompts.js';

export function profileCommand() {
  return new Command('profile')
    .description('Measure what models and drafters cost and gain on this machine, into a file.')
    .requiredOption('-o, --output <file>', 'the profile; what it holds already is kept')
    .addOption(
      new Option('--budget <time>', 'time for measuring, such as 60s, 10m or 1h')
        .argParser(duration('--budget'))
        .default(60, '60s'),
    )
    .addOption(modelOptions.model)
    .addOption(modelOptions.draft)
    .addOption(
      new Option('--backend <name>', 'engine of the target, or all that load, in turn')
        .choices([...backendNames, 'all'])
        .default('llamacpp'),
    )
    .addOption(modelOptions.draftBackend)
    .addOption(modelOptions.foreignDraft)
    .option(
      '--weight-formats <list>',
      'formats to measure the models in, such as q8_0,q4_0 (requantised on the spot, once) or, on onnx, int8,int4; source: as the file is, the default',
    )
    .option('--target-weight-formats <list>', 'the same for the target alone; default: as --weight-formats')
    .addOption(
      new Option('--threads <list>', 'CPU threads, one or more numbers; default: measured').argParser(
        wholeNumbers('--threads', 1),
      ),
    )
    .addOption(modelOptions.context)
    .addOption(
      new Option('--context-tokens <list>', 'tokens in the cache under the passes that are measured')
        .argParser(wholeNumbers('--context-tokens', 1))
        .default([64, 512], '64,512'),
    )
    .addOption(modelOptions.gpuLayers)
    .option(
      '--kv-types <list>',
      'formats of the key-value caches to measure the models with, such as f16,q8_0; default: as the engine chooses, f16 on llamacpp, f32 on onnx',
    )
    .option('--target-kv-types <list>', 'the same for the target alone; default: as --kv-types')
    .addOption(modelOptions.device)
    .addOption(modelOptions.access)
    .addOption(promptsOption)
    .addOption(chatTemplateOption)
    .addOption(
      new Option(
        '--draft-length <n>',
        'tokens drafted a round where acceptance is measured; default: 8, of what copies text 15',
      ).argParser(wholeNumber('--draft-length', 1, 63)),
    )
    .addOption(
      new Option('--rule <name>', 'verification rule')
        .choices([...verificationRules.keys()])
        .default('block'),
    )
    .addOption(samplingOptions.temperature)
    .addOption(samplingOptions.topK)
    .addOption(samplingOptions.topP)
    .addOption(samplingOptions.minP)
    .addOption(powerModelOption)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Measured are passes of 1 to 64 tokens, whole rounds by draft length, acceptance by position, by the drafter's
probability and by recent history, the host's own work, draft trees where a model or a head makes them and the target
reads them, memory, and energy where a meter can be read (RAPL, NVML), else an estimate by --power-model. The file is whole after every measurement: Ctrl-C
keeps what was measured, and running again goes on where it ended. Models, engines, thread counts and weight formats that
are measured into one file stand beside each other. Drafters that are joined by "+" are measured one after the other.

Prompts of --prompts such as {"messages": [{"role": "user", "content": "Hello"}]} are what foretoken chat and serve send:
the model's chat template writes them. Prompts are told apart by their tokens.

Examples:
  foretoken profile --output profile.json
  foretoken profile --output profile.json --budget 10m --backend all --threads 1,2
  foretoken profile --output profile.json --budget 5m --weight-formats q8_0,q4_0 --target-weight-formats source
  foretoken profile --output profile.json --budget 5m --kv-types f16,q8_0 --target-kv-types f16
  foretoken profile --output profile.json --model big.gguf --draft small.gguf+prompt-lookup --prompts chats.jsonl`,
    )
    .action(async (options) => {
      const signal = interruptSignal();
      const prompts = await readPrompts(options, options.model);
      const clock = (): number => performance.now();
      const drafters = checkDraftSelection(selectionOf(options));
      const varied = configurations({ ...options, drafters });
      const energy = await openEnergyMeters(clock);
      try {
        const result = await withTimedProgress('profile', (onProgress) =>
          profileConfigurations({
            configurations: varied,
            budget: options.budget,
            signal,
            onProgress,
            profile: async (configuration, budget, onStep) => {
              const selection = selectionOf(options, configuration);
              const models = await openOrLeaveOut(selection, options.backend === 'all', signal);
              if (models === undefined) return undefined;
              try {
                return await profileSetup({
                  ...(await profiledModels(selection, models, configuration)),
                  // A file may be sorted by kind, and a short budget sees its beginning alone.
                  prompts: endsFirst(encodePrompts(models.target.tokenizer, prompts)),
                  energy,
                  // Beside a meter nothing is estimated.
                  powerModel:
                    metersOf(energy.meters, models.target.capabilities.device).length === 0
                      ? options.powerModel
                      : undefined,
                  clock,
                  signal,
                  budget,
                  output: options.output,
                  onProgress: onStep,
                  drafter: models.drafter,
                  draftLength: options.draftLength,
                  contextTokens: options.contextTokens,
                  rule: options.rule,
                  // The drafters of another vocabulary make no trees.
                  treeRule: selection.foreignDraft === undefined ? treeRuleOf(options.rule) : undefined,
                  sampling: samplingSettings(options),
                  machine: describeMachine(),
                  libraries: libraries(),
                });
              } finally {
                await models.close();
              }
            },
          }),
        );
        if (options.json === true) printJson({ output: options.output, ...result });
        else for (const line of profileLines(result, options.output)) printLine(line);
        if (result.interrupted) process.exitCode = interrupted;
      } finally {
        for (const meter of energy.meters) await meter.close();
      }
    });
}

/** The models; undefined where one engine of several cannot load them, which is noted. */
async function openOrLeaveOut(
  selection: ModelSelection,
  isOneOfSeveral: boolean,
  signal: AbortSignal,
): Promise<OpenModels | undefined> {
  try {
    return await openModels(selection, signal);
  } catch (error) {
    if (!isOneOfSeveral || !ForetokenError.isInstance(error) || signal.aborted) throw error;
    note(colours.yellow(`${selection.backend} is left out: ${error.message}`));
    return undefined;
  }
}

/** What trees are measured with where chains are with `rule`: the same, where it takes trees. */
function treeRuleOf(rule: string): string {
  return verificationRules.get(rule)?.trees === true ? rule : 'traversal';
}

/** The options with the models of one configuration; without one, of the files as they are. */
function selectionOf(
  options: Omit<ModelSelection, 'threads'>,
  configuration?: Configuration,
): ModelSelection {
  const { threads, weightFormat, draftWeightFormat, kvType, backend = options.backend } = configuration ?? {};
  const { draftBackend = backend } = options;
  const { draft = options.draft } = configuration ?? {};
  const isOfModel = configuration === undefined || isModelPart(configuration.draft);
  return {
    ...options,
    backend,
    draft,
    foreignDraft: isOfModel ? options.foreignDraft : undefined,
    draftBackend: isOfModel ? options.draftBackend : undefined,
    threads,
    weightFormat,
    draftWeightFormat,
    kvType,
    draftKvType: draftKvType(kvType, configuration?.draftKvType, draftBackend),
  };
}

/** The opened models with their files and the names that the profile gives them. */
async function profiledModels(
  selection: ModelSelection,
  { target, draft, head }: OpenModels,
  configuration: Configuration,
): Promise<{
  readonly target: ProfiledModel;
  readonly draft: ProfiledModel | undefined;
  readonly head: ProfiledHead | undefined;
}> {
  const { threads, model, backend, draftBackend = backend, weightFormat, draftWeightFormat } = selection;
  const { gpuLayers } = selection;
  const targetFile = modelPath(model, tinyModels.target);
  const targetId = model === 'embedded' ? 'embedded target' : path.basename(targetFile);
  const { draft: draftName } = configuration;
  const { file: draftFile, ...layers } = draftModel(draftName, targetFile);
  const draftId = draftName === 'embedded' ? 'embedded draft' : path.basename(draftFile);
  // Some of the target's own layers, or the target itself.
  const ownLayers = draftFile === targetFile;
  const options = engineSelection(selection, undefined);
  return {
    target: {
      id: targetId,
      model: target,
      file: targetFile,
      weightFormat,
      cacheType: configuration.kvType,
      threads,
      gpuLayers,
      predictedMemory: await predictMemory(backend, targetFile, { ...options, weightFormat }),
    },
    draft: draft && {
      id: ownLayers ? `${targetId}, ${draftName}` : draftId,
      model: draft,
      file: draftFile,
      weightFormat: draftWeightFormat,
      cacheType: configuration.draftKvType,
      threads,
      gpuLayers,
      predictedMemory: await predictMemory(draftBackend, draftFile, {
        ...options,
        ...layers,
        kvType: selection.draftKvType ?? selection.kvType,
        weightFormat: draftWeightFormat,
      }),
    },
    head: head && (await profiledHead(head)),
  };
}
