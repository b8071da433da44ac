import { Command, Option } from '@commander-js/extra-typings';
import { InvalidArgumentError } from '@foretoken/core';
import { describeMachine } from '@foretoken/planner';
import { chatTemplateOption } from '../options/chat-template-option.js';
import { engineSelection, modelOptions } from '../options/model-options.js';
import { number, wholeNumber } from '../options/numbers.js';
import { readText } from '../options/prompt-input.js';
import { promptsOption } from '../options/prompts-option.js';
import { parseTargetSpec, type TargetSpec, targetSpecHelp } from '../options/target-spec.js';
import { interruptSignal } from '../output/interrupt.js';
import { note, printJson, printLine } from '../output/lines.js';
import { requireWritablePage, writePage } from '../page/write-page.js';
import { readPrompts } from '../prompts/read-prompts.js';
import { compareCandidates } from '../target-comparison/compare-candidates.js';
import { comparisonTable } from '../target-comparison/comparison-table.js';
import { shippedComparison } from '../target-comparison/shipped-comparison.js';
import { verdictText } from '../target-comparison/verdict-text.js';

/** Of several candidates the first verdict that one of them has decides. */
const exitCodes = [
  ['different', 1],
  ['not enough evidence', 3],
  ['same', 0],
] as const;

export function compareCommand() {
  return new Command('compare')
    .description(
      'May a target be replaced by another engine, weight format or cache format? Compare their distributions.',
    )
    .argument('[reference]', targetSpecHelp, parseTargetSpec)
    .argument('[candidates...]', 'one or more others', (text: string, earlier: TargetSpec[] | undefined) => [
      ...(earlier ?? []),
      parseTargetSpec(text),
    ])
    .addOption(promptsOption)
    .addOption(chatTemplateOption)
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
    .option('--html <file>', 'write a page with a plot of the distances by position')
    .addHelpText(
      'after',
      `
The reference continues every prompt; both read what it wrote, and their next-token distributions are compared at
every position. Intervals are over prompts.

Without arguments the shipped comparison runs: the embedded target, which is Q8_0 on llama.cpp with a cache of f16 (the
default of kv there), against ${shippedComparison.candidates.map(({ text }) => text).join(', ')}.
format=F16 holds those Q8_0 weights rounded to f16, not the weights from before Q8_0.

Exit code: 1 where a candidate is different, else 3 where there is not enough evidence for one, else 0; 2 for wrong
options, 4 where the comparison could not run.

Examples:
  foretoken compare
  foretoken compare embedded embedded,backend=onnx --html comparison.html
  foretoken compare embedded embedded,format=Q4_0 embedded,kv=q8_0
  foretoken compare model-f16.gguf model-q4_k_m.gguf --margin 0.05 --text article.txt`,
    )
    .action(async (reference, candidates, options) => {
      const targets = chosenTargets(reference, candidates ?? []);
      const { maxTokens: maximumTokens, margin, confidence, seed, html } = options;
      const signal = interruptSignal();
      if (html !== undefined) await requireWritablePage(html);
      const prompts = await readPrompts(options, targets.reference.file);
      // Before models are loaded.
      if (prompts.length < 2)
        throw new InvalidArgumentError(
          `Intervals are over prompts: give two or more, not ${prompts.length}.`,
        );
      const text = options.text === undefined ? undefined : await readText(options.text);
      const engine = engineSelection(options, signal);
      const asked = { ...targets, prompts, text, maximumTokens, margin, confidence, seed, engine, signal };
      const { compared, differences } = await compareCandidates(asked);
      const told = { machine: describeMachine(), seed, reference: targets.reference.text, compared };
      if (html !== undefined) {
        const { comparisonPage } = await import('../target-comparison/comparison-page.js');
        const page = { ...told, differences, prompts: prompts.length, margin, confidence };
        await writePage(html, await comparisonPage(page));
      }
      if (options.json === true) printJson(told);
      else {
        printLine(comparisonTable(told.reference, compared));
        for (const line of differences) printLine(line);
        printLine(`${told.machine.processor}, ${told.machine.cores} cores; seed ${seed}`);
      }
      for (const { candidate, comparison } of compared) note(`${candidate}: ${verdictText(comparison)}`);
      const decisive = exitCodes.find(([verdict]) =>
        compared.some(({ comparison }) => comparison.verdict === verdict),
      );
      process.exitCode = decisive?.[1];
    });
}

function chosenTargets(
  reference: TargetSpec | undefined,
  candidates: readonly TargetSpec[],
): typeof shippedComparison {
  if (reference === undefined) return shippedComparison;
  if (candidates.length > 0) return { reference, candidates };
  throw new InvalidArgumentError(
    `There is no candidate to compare ${reference.text} with: name one or more after it, such as ${reference.text},kv=q8_0, or give no target at all for the shipped comparison.`,
  );
}
