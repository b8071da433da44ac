import { Command, Option } from '@commander-js/extra-typings';
import { type GenerationEndEvent, generate, InvalidArgumentError } from '@foretoken/core';
import { colours } from '../output/colours.js';
import { draftLengthOption } from '../options/draft-length.js';
import { treeDraftLength, treeOption } from '../options/draft-tree.js';
import { fimOptions, fimPrompt, readSuffix } from '../options/fim-prompt.js';
import { modelOptions } from '../options/model-options.js';
import { nGramOptions } from '../options/n-gram-options.js';
import { allowStaleOption, planOption } from '../options/plan-option.js';
import { wholeNumber } from '../options/numbers.js';
import { readPrompt } from '../options/prompt-input.js';
import { routeOption, routePrompt } from '../options/route.js';
import { samplingOptions, samplingSettings } from '../options/sampling-options.js';
import { addStop } from '../options/stop-option.js';
import { openStructure, structureOptions } from '../options/structure-options.js';
import { interruptSignal } from '../output/interrupt.js';
import { drafterFailureLine } from '../output/drafter-failure-line.js';
import { note, printJson } from '../output/lines.js';
import { noteLossy } from '../output/lossy-note.js';
import { colourByOrigin } from '../output/origin-colours.js';
import { openSelection, selectedModel } from '../planning/open-selection.js';
import { withPlan } from '../planning/with-plan.js';

export function generateCommand() {
  return new Command('generate')
    .description('Continue a prompt. The text alone goes to standard output, all else to standard error.')
    .argument('[prompt]', 'the text to continue; default: standard input')
    .option('-f, --file <file>', 'read the prompt from a file')
    .addOption(fimOptions.suffix)
    .addOption(fimOptions.suffixFile)
    .addOption(modelOptions.model)
    .addOption(modelOptions.draft)
    .addOption(modelOptions.combine)
    .addOption(modelOptions.stage)
    .addOption(modelOptions.source)
    .addOption(modelOptions.backend)
    .addOption(modelOptions.draftBackend)
    .addOption(modelOptions.foreignDraft)
    .addOption(modelOptions.threads)
    .addOption(modelOptions.context)
    .addOption(modelOptions.gpuLayers)
    .addOption(modelOptions.kvType)
    .addOption(modelOptions.device)
    .addOption(modelOptions.access)
    .addOption(planOption)
    .addOption(allowStaleOption)
    .addOption(draftLengthOption)
    .addOption(nGramOptions.corpus)
    .addOption(nGramOptions.store)
    .addOption(treeOption)
    .addOption(routeOption)
    .addOption(samplingOptions.rule)
    .addOption(samplingOptions.temperature)
    .addOption(samplingOptions.topK)
    .addOption(samplingOptions.topP)
    .addOption(samplingOptions.minP)
    .addOption(samplingOptions.typicalP)
    .addOption(samplingOptions.repetitionPenalty)
    .addOption(samplingOptions.frequencyPenalty)
    .addOption(samplingOptions.presencePenalty)
    .addOption(samplingOptions.penaltyWindow)
    .addOption(samplingOptions.logitBias)
    .addOption(structureOptions.jsonSchema)
    .addOption(structureOptions.grammar)
    .addOption(
      new Option('-n, --max-tokens <n>', 'most tokens to generate')
        .argParser(wholeNumber('--max-tokens', 1))
        .default(256),
    )
    .addOption(
      // Not variadic, but repeatable: it would take the prompt for another value.
      new Option('--stop <text>', 'a text that ends the generation; may be repeated').argParser(addStop),
    )
    .addOption(samplingOptions.seed)
    .addOption(
      new Option('--logprobs <n>', 'log-probabilities in the JSON, with the n best tokens').argParser(
        wholeNumber('--logprobs', 0),
      ),
    )
    .option('--ignore-end', 'go on after an end token')
    .option('--color', 'colour the text by where its tokens came from')
    .option('--json', 'print one JSON document instead of the text')
    .addHelpText(
      'after',
      `
Examples:
  foretoken generate 'export function '                      the embedded models write TypeScript
  foretoken generate --file notes.txt --model big.gguf --draft small.gguf --temperature 0
  foretoken generate --tree 2,2,1 'export class '             drafts ten tokens in a tree of three levels
  foretoken generate --draft prompt-lookup+embedded 'export class '   the model where the text has no match
  foretoken generate --stage prompt-lookup 'export class '    the text guesses what the draft model says
  foretoken generate --model coder.gguf --suffix ' return total; }' 'function sum(list) { '
  cat page.ts | foretoken generate --draft prompt-lookup --max-tokens 100 --json
  foretoken generate --file request.txt --model big.gguf --draft input-copy --source page.ts
  foretoken generate 'export ' --draft n-gram --corpus page.ts --n-gram-store past.ngrams
  foretoken generate 'An answer: ' --json-schema '{"enum":["yes","no"]}'
  foretoken generate --plan plan.json 'export class '         as foretoken plan found best`,
    )
    .action(async (argument, given, command) => {
      const { tree } = given;
      if (given.logprobs !== undefined && given.json !== true)
        throw new InvalidArgumentError('--logprobs are part of the JSON document: give --json too.');
      const signal = interruptSignal();
      const { options, plan, rule } = await withPlan(given, command, signal);
      const draftLength = treeDraftLength(options, options.draftLength);
      const prompt = await readPrompt(argument, options.file);
      const suffix = await readSuffix(options);
      const selection = { models: options, plan };
      const sampling = samplingSettings(options);
      const lossy = noteLossy(options.rule, options.route);
      const models = await openSelection(selection, signal);
      try {
        const { draft } = models;
        const tolerance = options.route;
        const route =
          tolerance === undefined
            ? undefined
            : await routePrompt(models, { prompt, tolerance, sampling }, signal);
        // The small model answers plainly: nothing drafts for it.
        const { target, drafter, structuredDrafter } =
          route?.answer === 'small' && draft !== undefined
            ? { target: draft, drafter: undefined, structuredDrafter: undefined }
            : models;
        const written =
          suffix === undefined
            ? prompt
            : await fimPrompt(target, selectedModel(selection), { prefix: prompt, suffix });
        const allowedTokens = await openStructure(options, target.tokenizer, written);
        const drafting = allowedTokens === undefined ? drafter : structuredDrafter;
        let text = '';
        const logprobs: unknown[] = [];
        const events = generate({
          target,
          drafter: drafting,
          prompt: written,
          sampling: { ...sampling, allowedTokens },
          rule,
          maximumTokens: options.maxTokens,
          stop: options.stop,
          seed: options.seed,
          logprobs: options.logprobs,
          ignoreEndTokens: options.ignoreEnd,
          signal,
          clock: () => performance.now(),
          draftLength: models.createDraftLength(draftLength, rule),
        });
        let end: GenerationEndEvent | undefined;
        for await (const event of events) {
          if (event.type === 'token-committed') {
            text += event.text;
            if (event.logprobs !== undefined) logprobs.push({ token: event.token, ...event.logprobs });
            if (options.json !== true)
              process.stdout.write(options.color === true ? colourByOrigin(event) : event.text);
          } else if (event.type === 'drafter-failed') {
            note(colours.yellow(drafterFailureLine(event)));
          } else if (event.type === 'generation-end') {
            text += event.text;
            if (options.json !== true) process.stdout.write(event.text);
            end = event;
          }
        }
        if (end === undefined) return;
        const { finishReason, tokens, counters } = end;
        if (options.json === true) {
          const { logitBias, ...settings } = sampling;
          printJson({
            text,
            tokens,
            finishReason,
            counters,
            logprobs: options.logprobs === undefined ? undefined : logprobs,
            settings: {
              ...settings,
              logitBias,
              jsonSchema: options.jsonSchema,
              grammar: options.grammar,
              rule,
              draftLength,
              tree: tree?.text,
            },
            lossy,
            route,
            plan: plan && { file: given.plan, predicted: plan.predicted },
            seed: options.seed,
            target: models.target.name,
            drafter: drafting?.name,
          });
        } else {
          const rate = (1000 * counters.committedCount) / (counters.decodeMilliseconds as number);
          note('');
          note(
            colours.dim(
              `${counters.committedCount} tokens, ${rate.toFixed(1)} tokens/s, ${counters.blockEfficiency.toFixed(2)} tokens and ${counters.charactersPerPass.toFixed(1)} characters per pass, ${counters.acceptedCount} of ${counters.draftedCount} draft tokens accepted (${finishReason})`,
            ),
          );
        }
        if (tokens.length > 0) await models.pastOutputs?.add(tokens);
        if (finishReason === 'cancelled') process.exitCode = 130;
      } finally {
        await models.close();
      }
    });
}
