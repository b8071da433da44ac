import { Command, Option } from '@commander-js/extra-typings';
import { modelLines } from '../chat/chat-commands.js';
import { ChatStatistics } from '../chat/chat-statistics.js';
import { Conversation } from '../chat/conversation.js';
import { interruptible } from '../chat/interruptible.js';
import { createLinePort } from '../chat/line-port.js';
import { type ChatModelsSelection, openChatModels } from '../chat/open-chat-models.js';
import { runChat } from '../chat/run-chat.js';
import { loadChat } from '../chat/saved-chat.js';
import { switchedModels } from '../chat/switched-models.js';
import { createTerminalPort } from '../chat/terminal-port.js';
import { chatTemplateOption } from '../options/chat-template-option.js';
import { draftLengthOption } from '../options/draft-length.js';
import { treeDraftLength, treeOption } from '../options/draft-tree.js';
import { modelOptions } from '../options/model-options.js';
import { nGramOptions } from '../options/n-gram-options.js';
import { wholeNumber } from '../options/numbers.js';
import { allowStaleOption, planOption } from '../options/plan-option.js';
import { samplingOptions, samplingSettings } from '../options/sampling-options.js';
import { addStop } from '../options/stop-option.js';
import { structureOptions } from '../options/structure-options.js';
import { noteLossy } from '../output/lossy-note.js';
import { colourLegend } from '../output/origin-colours.js';
import { withPlan } from '../planning/with-plan.js';

export function chatCommand() {
  return new Command('chat')
    .description(
      'Talk with an instruct model. Without a terminal every line of standard input is a message; the answers alone go to standard output.',
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
    .option('--system <text>', 'the system prompt')
    .option('--load <file>', 'go on with a conversation that /save wrote')
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
    .addOption(structureOptions.jsonSchema)
    .addOption(structureOptions.grammar)
    .addOption(
      new Option(
        '-n, --max-tokens <n>',
        'most tokens of an answer; default: what the context has room for',
      ).argParser(wholeNumber('--max-tokens', 1)),
    )
    .addOption(new Option('--stop <text>', 'a text that ends an answer; may be repeated').argParser(addStop))
    .addOption(samplingOptions.seed)
    .option(
      '--show-speculation',
      'colour answers by where their tokens came from, and say what drafting brought',
    )
    .option('--json', 'print one JSON document a line for every message instead of the answers')
    .addHelpText(
      'after',
      `
Examples:
  foretoken chat --model instruct.gguf                        /help lists the commands, /exit ends the chat
  foretoken chat --model big.gguf --draft small.gguf --show-speculation
  foretoken chat --model instruct.gguf --system 'Answer in one sentence.' < questions.txt
  foretoken chat --model instruct.gguf --load chat.json --json < questions.txt
  foretoken chat --model instruct.gguf --json-schema answer.json < questions.txt`,
    )
    .action(async (given, command) => {
      const begun = given.load === undefined ? [] : await loadChat(given.load);
      const { system } = given;
      const messages =
        system === undefined
          ? begun
          : [{ role: 'system' as const, content: system }, ...begun.filter(({ role }) => role !== 'system')];

      const { options, plan, rule } = await interruptible((signal) => withPlan(given, command, signal));
      const sampling = samplingSettings(options);
      const lossy = noteLossy(rule);
      const selection: ChatModelsSelection = {
        models: options,
        plan,
        chatTemplate: options.chatTemplate,
        draftLength: treeDraftLength(options, options.draftLength),
        rule,
        messages,
      };

      let models = await interruptible((signal) => openChatModels(selection, signal));
      const conversation = new Conversation(models, {
        sampling,
        rule,
        maximumTokens: options.maxTokens,
        stop: options.stop,
        seed: options.seed,
        clock: () => performance.now(),
      });
      conversation.begin(messages);
      const { stdin, stdout, stderr } = process;
      const port = stdin.isTTY
        ? createTerminalPort(stdin, stdout.isTTY ? stdout : stderr)
        : createLinePort(stdin);
      const chat = {
        conversation,
        port,
        statistics: new ChatStatistics(),
        savedFiles: new Set<string>(),
        async switchModels(model: string, draft: string | undefined): Promise<void> {
          const others = {
            ...selection,
            plan: undefined,
            models: switchedModels(options, models, { model, draft }),
            messages: conversation.messages,
          };
          const opened = await interruptible((signal) => openChatModels(others, signal));
          try {
            await conversation.answerWith(opened);
          } catch (error) {
            await opened.close();
            throw error;
          }
          await models.close();
          models = opened;
        },
        async keepOutput(tokens: readonly number[]): Promise<void> {
          await models.pastOutputs?.add(tokens);
        },
      };
      try {
        const { jsonSchema, grammar } = options;
        await conversation.setStructure({ jsonSchema, grammar });
        if (port.isTerminal) {
          for (const line of modelLines(models)) port.note(line);
          if (options.showSpeculation === true) port.note(colourLegend);
          port.note('/help lists the commands, /exit ends the chat.');
        }
        process.exitCode = await runChat(chat, {
          json: options.json === true,
          showSpeculation: options.showSpeculation === true,
          lossy,
        });
      } finally {
        conversation.close();
        await models.close();
      }
    });
}
