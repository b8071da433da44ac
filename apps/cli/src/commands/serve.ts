import { Command, Option } from '@commander-js/extra-typings';
import { startServer } from '@foretoken/server';
import { interruptible } from '../chat/interruptible.js';
import { chatTemplateOption } from '../options/chat-template-option.js';
import { draftLengthOption } from '../options/draft-length.js';
import { treeDraftLength, treeOption } from '../options/draft-tree.js';
import { modelOptions } from '../options/model-options.js';
import { nGramOptions } from '../options/n-gram-options.js';
import { wholeNumber } from '../options/numbers.js';
import { allowStaleOption, planOption } from '../options/plan-option.js';
import { samplingOptions, samplingSettings } from '../options/sampling-options.js';
import { note, printLine } from '../output/lines.js';
import { noteLossy } from '../output/lossy-note.js';
import { withPlan } from '../planning/with-plan.js';
import { openServedModel } from '../serving/open-served-model.js';
import { untilStopped } from '../serving/until-stopped.js';

const mostPort = 65_535;

export function serveCommand() {
  return new Command('serve')
    .description(
      "Answer requests of OpenAI's HTTP API (completions, chat completions, models), one after another.",
    )
    .option('--host <address>', 'where to listen; 0.0.0.0 is every network', '127.0.0.1')
    .addOption(
      new Option('--port <n>', 'where to listen; 0 takes any that is free')
        .argParser(wholeNumber('--port', 0, mostPort))
        .default(8080),
    )
    .addOption(
      new Option('--api-key <key>', 'ask for this key as a bearer token; better in the environment').env(
        'FORETOKEN_API_KEY',
      ),
    )
    .option('--served-model-name <name>', "what requests call the model; default: the target's own name")
    .addOption(
      new Option('--max-waiting <n>', 'requests that may wait; more are answered with 503').argParser(
        wholeNumber('--max-waiting', 0),
      ),
    )
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
    .addOption(chatTemplateOption)
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
    .addHelpText(
      'after',
      `
Sampling options are for requests that leave theirs out. The first signal to stop (Ctrl-C) lets the running answer
end, a second one does not.

Examples:
  foretoken serve                                       the embedded models, on http://127.0.0.1:8080
  foretoken serve --model instruct.gguf --draft small.gguf --port 9000
  foretoken serve --plan plan.json                      as foretoken plan found best
  curl http://127.0.0.1:8080/v1/completions -H 'Content-Type: application/json' \\
    -d '{"prompt": "export class ", "max_tokens": 40}'`,
    )
    .action(async (given, command) => {
      const { options, plan, rule } = await interruptible((signal) => withPlan(given, command, signal));
      noteLossy(rule);
      const selection = {
        models: options,
        plan,
        name: options.servedModelName,
        chatTemplate: options.chatTemplate,
        draftLength: treeDraftLength(options, options.draftLength),
        rule,
        sampling: samplingSettings(options),
      };
      const opened = await interruptible((signal) => openServedModel(selection, signal));
      try {
        const { model } = opened;
        const server = await startServer({
          model,
          host: options.host,
          port: options.port,
          // Set and empty, as environment files have it, is not set.
          apiKey: options.apiKey === '' ? undefined : options.apiKey,
          mostWaiting: options.maxWaiting,
          keepOutput: opened.keepOutput,
          onNote: note,
          clock: () => performance.now(),
        });
        printLine(`${model.name} answers at ${server.url}/v1`);
        note(`drafting: ${model.drafter?.name ?? 'none'}; rule: ${rule}; Ctrl-C stops`);
        await untilStopped();
        note('Stopping: the answer that runs is finished.');
        await server.close();
      } finally {
        await opened.close();
      }
    });
}
