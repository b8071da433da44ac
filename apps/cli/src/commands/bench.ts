import { Command, InvalidArgumentError as UsageError, Option } from '@commander-js/extra-typings';
import { InvalidArgumentError } from '@foretoken/core';
import { calibrateRounds } from '../benchmark/calibrate.js';
import { type Comparison, compareRuns } from '../benchmark/compare-runs.js';
import { ratioText } from '../benchmark/summary.js';
import { type DraftLength, draftLengthController, parseDraftLength } from '../options/draft-length.js';
import { modelOptions, openModels } from '../options/model-options.js';
import { wholeNumber } from '../options/numbers.js';
import { readPrompts } from '../options/prompt-input.js';
import { samplingOptions, samplingSettings } from '../options/sampling-options.js';
import { comparisonTable, differenceLines } from '../output/comparison-table.js';
import { interruptSignal } from '../output/interrupt.js';
import { printJson, printLine } from '../output/lines.js';
import { machine } from '../output/machine.js';
import { withProgress } from '../output/progress.js';
import { codePrompts } from '../prompts/code-prompts.js';

export function benchCommand() {
  return new Command('bench')
    .description('Measure speculative against plain decoding, in one interleaved run.')
    .option(
      '--prompts <file>',
      'one prompt a line, or JSON Lines with prompt, text or turns; default: 16 built in',
    )
    .addOption(modelOptions.model)
    .addOption(modelOptions.draft)
    .addOption(modelOptions.backend)
    .addOption(modelOptions.draftBackend)
    .addOption(modelOptions.threads)
    .addOption(modelOptions.context)
    .addOption(modelOptions.gpuLayers)
    .addOption(modelOptions.kvType)
    .addOption(
      new Option('--draft-length <list>', 'draft lengths to compare, such as 0,2,4,auto')
        .argParser(parseLengths)
        .default(['auto'] as DraftLength[]),
    )
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
    .addOption(
      new Option('--seed <n>', 'seed of the randomness').argParser(wholeNumber('--seed', 0)).default(0),
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
The ratio of a prompt is the median over the repeats; shown are the median and the quartiles over prompts.

Examples:
  foretoken bench --temperature 0 --draft-length 1,2,4,auto
  foretoken bench --model big.gguf --draft small.gguf --prompts prompts.jsonl --json`,
    )
    .action(async (options) => {
      const prompts = options.prompts === undefined ? codePrompts : await readPrompts(options.prompts);
      const signal = interruptSignal();
      const sampling = samplingSettings(options);
      const models = await openModels(options, signal);
      const { target, draft, drafter } = models;
      try {
        if (drafter === undefined)
          throw new InvalidArgumentError('bench needs something that drafts: give --draft.');
        const roundCosts = options.draftLength.includes('auto')
          ? await calibrateRounds(target, draft, drafter, sampling, signal)
          : undefined;
        const results: { draftLength: DraftLength; comparison: Comparison }[] = [];
        for (const draftLength of options.draftLength) {
          const comparison = await withProgress(`draft length ${draftLength}`, prompts.length, (onPrompt) =>
            compareRuns({
              target,
              drafter,
              prompts,
              sampling,
              signal,
              onPrompt,
              rule: options.rule,
              seed: options.seed,
              maximumTokens: options.maxTokens,
              repeats: options.repeats,
              controller: () => draftLengthController(draftLength, roundCosts, drafter, draft),
            }),
          );
          results.push({ draftLength, comparison });
        }
        if (options.json === true) {
          printJson({
            machine: machine(),
            target: target.name,
            drafter: drafter.name,
            seed: options.seed,
            roundCosts,
            results,
          });
          return;
        }
        for (const { draftLength, comparison } of results) {
          printLine(`Draft length ${draftLength}: ${ratioText(comparison.ratio)} of plain`);
          printLine(comparisonTable(comparison));
          for (const line of differenceLines(comparison, target)) printLine(line);
        }
        printLine(`${machine().processor}, ${machine().cores} cores; seed ${options.seed}`);
      } finally {
        await models.close();
      }
    });
}

function parseLengths(text: string): DraftLength[] {
  const lengths = text.split(',').map((part) => parseDraftLength(part.trim()));
  if (lengths.length === 0) throw new UsageError('--draft-length takes a list such as 0,2,4,auto.');
  return lengths;
}
