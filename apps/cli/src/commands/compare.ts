import { compareTargets } from '@foretoken/audit';
import { Command, Option } from '@commander-js/extra-typings';
import type { LanguageModel } from '@foretoken/core';
import { engineSelection, modelOptions } from '../options/model-options.js';
import { number, wholeNumber } from '../options/numbers.js';
import { readPrompts, readText } from '../options/prompt-input.js';
import { openTarget, parseTargetSpec, type TargetSpec, targetSpecHelp } from '../options/target-spec.js';
import { interruptSignal } from '../output/interrupt.js';
import { note, printJson, printLine } from '../output/lines.js';
import { machine } from '../output/machine.js';
import { withProgress } from '../output/progress.js';
import {
  greedyDifferenceLines,
  type NamedComparison,
  targetComparisonTable,
  verdictText,
} from '../output/target-comparison-table.js';
import { codePrompts } from '../prompts/code-prompts.js';

const exitCodes = { same: 0, different: 1, 'not enough evidence': 3 } as const;

export function compareCommand() {
  return new Command('compare')
    .description(
      'May a target be replaced by another engine, weight format or cache format? Compare their distributions.',
    )
    .argument('<reference>', targetSpecHelp, parseTargetSpec)
    .argument('<candidates...>', 'one or more others', (text: string, earlier: TargetSpec[] | undefined) => [
      ...(earlier ?? []),
      parseTargetSpec(text),
    ])
    .option(
      '--prompts <file>',
      'one prompt a line, or JSON Lines with prompt, text or turns; default: 16 built in',
    )
    .option('--text <file>', 'a text for the perplexities; default: what the reference writes')
    .addOption(
      new Option('-n, --max-tokens <n>', 'tokens compared for every prompt')
        .argParser(wholeNumber('--max-tokens', 1))
        .default(64),
    )
    .addOption(
      new Option('--margin <distance>', 'largest mean total variation that counts as the same')
        .argParser(number('--margin', 0, 1))
        .default(0.02),
    )
    .addOption(
      new Option('--confidence <share>', 'of the intervals')
        .argParser(number('--confidence', 0.5, 0.9999))
        .default(0.95),
    )
    .addOption(new Option('--seed <n>', 'seed of the texts').argParser(wholeNumber('--seed', 0)).default(0))
    .addOption(modelOptions.threads)
    .addOption(modelOptions.context)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
The reference continues every prompt; both read what it wrote, and their next-token distributions are compared at
every position. Intervals are over prompts. Exit code: 0 the same within the margin, 1 different, 3 not enough evidence.

Examples:
  foretoken compare embedded embedded,backend=onnx
  foretoken compare embedded embedded,format=Q4_0 embedded,kv=q8_0
  foretoken compare model-f16.gguf model-q4_k_m.gguf --margin 0.05 --text article.txt`,
    )
    .action(async (referenceSpec, candidateSpecs, options) => {
      const signal = interruptSignal();
      const prompts = options.prompts === undefined ? codePrompts : await readPrompts(options.prompts);
      const text = options.text === undefined ? undefined : await readText(options.text);
      const open = (spec: TargetSpec): Promise<LanguageModel> =>
        openTarget(spec, engineSelection(options, signal));
      const reference = await open(referenceSpec);
      const compared: NamedComparison[] = [];
      try {
        const tokensOf = (prompt: string): number[] => {
          const { tokenizer } = reference;
          const begin = tokenizer.addsBeginToken ? [tokenizer.beginToken as number] : [];
          return [...begin, ...tokenizer.encode(prompt)];
        };
        for (const spec of candidateSpecs) {
          const candidate = await open(spec);
          try {
            const comparison = await withProgress(spec.text, prompts.length, (onPrompt) =>
              compareTargets({
                reference,
                candidate,
                prompts: prompts.map(tokensOf),
                text: text === undefined ? undefined : tokensOf(text),
                maximumTokens: options.maxTokens,
                margin: options.margin,
                confidence: options.confidence,
                seed: options.seed,
                clock: () => performance.now(),
                signal,
                onPrompt,
              }),
            );
            compared.push({ candidate: spec.text, comparison });
          } finally {
            await candidate.close();
          }
        }
        if (options.json === true) {
          printJson({ machine: machine(), seed: options.seed, reference: referenceSpec.text, compared });
        } else {
          printLine(targetComparisonTable(referenceSpec.text, compared));
          for (const entry of compared)
            for (const line of greedyDifferenceLines(entry, reference)) printLine(line);
          printLine(`${machine().processor}, ${machine().cores} cores; seed ${options.seed}`);
        }
        for (const { candidate, comparison } of compared) note(`${candidate}: ${verdictText(comparison)}`);
        process.exitCode = Math.max(...compared.map(({ comparison }) => exitCodes[comparison.verdict]));
      } finally {
        await reference.close();
      }
    });
}
