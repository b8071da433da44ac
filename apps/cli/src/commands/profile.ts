import path from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { verificationRules } from '@foretoken/core';
import { openEnergyMeters, type ProfiledModel, profileSetup } from '@foretoken/planner';
import { tinyModels } from '@foretoken/tiny-models';
import { openModels, type OpenModels } from '../engines/open-models.js';
import { predictMemory } from '../engines/predict-memory.js';
import { draftModel } from '../options/draft-model.js';
import { duration } from '../options/duration.js';
import { modelOptions, modelPath, type ModelSelection, sequencesPerModel } from '../options/model-options.js';
import { wholeNumber } from '../options/numbers.js';
import { readPrompts } from '../options/prompt-input.js';
import { samplingOptions, samplingSettings } from '../options/sampling-options.js';
import { interruptSignal } from '../output/interrupt.js';
import { libraries } from '../output/libraries.js';
import { printJson, printLine } from '../output/lines.js';
import { machine } from '../output/machine.js';
import { profileLines } from '../output/profile-lines.js';
import { withTimedProgress } from '../output/progress.js';
import { codePrompts } from '../prompts/code-prompts.js';

const interrupted = 130;

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
    .addOption(modelOptions.backend)
    .addOption(modelOptions.draftBackend)
    .addOption(modelOptions.foreignDraft)
    .addOption(modelOptions.threads)
    .addOption(modelOptions.context)
    .addOption(modelOptions.gpuLayers)
    .addOption(modelOptions.kvType)
    .addOption(modelOptions.device)
    .addOption(modelOptions.access)
    .option(
      '--prompts <file>',
      'one prompt a line, or JSON Lines with prompt, text or turns; default: 16 built in',
    )
    .addOption(
      new Option('--draft-length <n>', 'tokens drafted a round where acceptance is measured')
        .argParser(wholeNumber('--draft-length', 1, 63))
        .default(8),
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
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Measured are passes of 1 to 64 tokens, whole rounds by draft length, acceptance by position and by the drafter's
probability, the host's own work, memory, and energy where a meter can be read (RAPL, NVML). The file is whole after
every measurement: Ctrl-C keeps what was measured, and running again goes on where it ended. Models, engines and thread
counts that are measured into one file stand beside each other.

Examples:
  foretoken profile --output profile.json
  foretoken profile --output profile.json --budget 10m --backend onnx
  foretoken profile --output profile.json --model big.gguf --draft small.gguf --prompts prompts.jsonl`,
    )
    .action(async (options) => {
      const signal = interruptSignal();
      const prompts = options.prompts === undefined ? codePrompts : await readPrompts(options.prompts);
      const clock = (): number => performance.now();
      const models = await openModels(options, signal);
      try {
        const energy = await openEnergyMeters(clock);
        try {
          const result = await withTimedProgress('profile', async (onProgress) =>
            profileSetup({
              ...(await profiledModels(options, models)),
              prompts,
              energy,
              clock,
              signal,
              onProgress,
              output: options.output,
              budget: options.budget,
              drafter: models.drafter,
              draftLength: options.draftLength,
              rule: options.rule,
              sampling: samplingSettings(options),
              machine: machine(),
              libraries: libraries(),
            }),
          );
          if (options.json === true) printJson({ output: options.output, ...result });
          else for (const line of profileLines(result, options.output)) printLine(line);
          if (result.interrupted) process.exitCode = interrupted;
        } finally {
          for (const meter of energy.meters) await meter.close();
        }
      } finally {
        await models.close();
      }
    });
}

/** The opened models with their files and the names that the profile gives them. */
async function profiledModels(
  options: ModelSelection,
  { target, draft }: OpenModels,
): Promise<{ readonly target: ProfiledModel; readonly draft: ProfiledModel | undefined }> {
  const { threads, model, kvType } = options;
  const targetFile = modelPath(model, tinyModels.target);
  const draftName = options.draft ?? 'embedded';
  const draftFile = draftModel(draftName, targetFile).file;
  const targetId = model === 'embedded' ? 'embedded target' : path.basename(model);
  const draftId = draftName === 'embedded' ? 'embedded draft' : path.basename(draftName);
  // Some of the target's own layers, or the target itself.
  const ownLayers = draftFile === targetFile;
  /** Only llama.cpp makes its whole cache at once, in f16 unless told otherwise. */
  const predict = (file: string, backend: string, contextLength: number) => {
    const known = backend === 'llamacpp' && (kvType ?? 'f16') === 'f16';
    return predictMemory(file, known ? sequencesPerModel * contextLength : undefined);
  };
  return {
    target: {
      id: targetId,
      model: target,
      file: targetFile,
      threads,
      predictedMemory: await predict(targetFile, options.backend, target.contextLength),
    },
    draft: draft && {
      id: ownLayers ? `${targetId}, ${draftName}` : draftId,
      model: draft,
      file: draftFile,
      threads,
      predictedMemory: ownLayers
        ? {}
        : await predict(draftFile, options.draftBackend ?? options.backend, draft.contextLength),
    },
  };
}
