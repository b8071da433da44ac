import { Command, Option } from '@commander-js/extra-typings';
import { type AuditReport, runAudit } from '@foretoken/audit';
import { drafterFactories, InvalidArgumentError, verificationRules } from '@foretoken/core';
import { describeMachine } from '@foretoken/planner';
import { maximumSequences, openEngines } from '../audit/open-engines.js';
import { backendNames } from '../engines/backends.js';
import { assertEmbeddedTarget, isHeadName } from '../engines/heads.js';
import { draftOf } from '../options/draft-parts.js';
import { modelOptions } from '../options/model-options.js';
import { nameList } from '../options/name-list.js';
import { number, wholeNumber } from '../options/numbers.js';
import { samplingOptions } from '../options/sampling-options.js';
import { structureOptions } from '../options/structure-options.js';
import { auditLines, verdictLines } from '../output/audit-tables.js';
import { interruptSignal } from '../output/interrupt.js';
import { printJson, printLine } from '../output/lines.js';
import { withTimedProgress } from '../output/progress.js';
import { requireWritablePage, writePage } from '../page/write-page.js';
import { codePrompts } from '../prompts/code-prompts.js';
import { checkEndpointSelection, endpointOptions, runEndpointAudit } from './audit-endpoint.js';

const ruleNames = [...verificationRules.keys()];
const drafterNames = [...drafterFactories.keys()];

export function auditCommand() {
  return new Command('audit')
    .description('Is this speculative setup lossless? Audit rules, drafters and engines, and get a verdict.')
    .addOption(modelOptions.model)
    .addOption(new Option('--target <file>', 'the same as --model'))
    .option(
      '-d, --draft <file>',
      'draft model: a GGUF file, "embedded", or "none"; default: the embedded draft for the embedded target, else none',
    )
    .addOption(
      new Option('--backend <names>', `engines, of ${backendNames.join(', ')}`)
        .argParser(nameList('--backend', backendNames))
        .default(backendNames, 'all'),
    )
    .addOption(modelOptions.threads)
    .addOption(
      new Option('--context <tokens>', `context length of each of ${maximumSequences} sequences`)
        .argParser(wholeNumber('--context', 128))
        .default(256),
    )
    .addOption(modelOptions.gpuLayers)
    .addOption(modelOptions.kvType)
    .addOption(modelOptions.device)
    .addOption(modelOptions.access)
    .addOption(
      new Option('--rule <names>', `verification rules, of ${ruleNames.join(', ')}`)
        .argParser(nameList('--rule', ruleNames))
        .default(ruleNames as readonly string[], 'all'),
    )
    .addOption(
      new Option('--drafter <names>', `drafters, of ${drafterNames.join(', ')}`)
        .argParser(nameList('--drafter', drafterNames))
        .default(drafterNames as readonly string[], 'all'),
    )
    .addOption(
      new Option('-t, --temperature <n>', 'above 0; greedy texts are compared as well')
        .argParser(number('--temperature', 0.01, Number.POSITIVE_INFINITY))
        .default(0.8),
    )
    .addOption(samplingOptions.topK)
    .addOption(samplingOptions.topP)
    .addOption(samplingOptions.minP)
    .addOption(structureOptions.jsonSchema)
    .addOption(structureOptions.grammar)
    .addOption(
      new Option('--alpha <n>', 'chance of a false "not lossless"')
        .argParser(number('--alpha', 1e-12, 0.5))
        .default(1e-6),
    )
    .addOption(
      new Option('--margin <n>', 'total variation that counts as equivalent; a smaller one takes more draws')
        .argParser(number('--margin', 0.001, 0.99))
        .default(0.1),
    )
    .addOption(
      new Option('--confidence <n>', 'chance that all bounds of the verdict hold')
        .argParser(number('--confidence', 0.5, 0.999_999))
        .default(0.95),
    )
    .addOption(
      new Option('--budget <seconds>', 'time for the whole audit')
        .argParser(number('--budget', 1, 1e6))
        .default(86),
    )
    .addOption(samplingOptions.seed)
    .option(
      '--full',
      'every combination of rule, drafter and engine, with draws enough for bounds of its own; needs a --budget of many minutes',
    )
    .option('--json', 'print one JSON document')
    .option('--html <file>', 'write a page with plots')
    .addOption(endpointOptions.endpoint)
    .addOption(endpointOptions.endpointKind)
    .addOption(endpointOptions.endpointModel)
    .addOption(endpointOptions.endpointSet)
    .addOption(endpointOptions.against)
    .addOption(endpointOptions.againstKind)
    .addOption(endpointOptions.againstModel)
    .addOption(endpointOptions.againstSet)
    .addOption(endpointOptions.prompts)
    .addOption(endpointOptions.tokens)
    .addOption(endpointOptions.draws)
    .addOption(endpointOptions.topTokens)
    .addOption(endpointOptions.concurrency)
    .addOption(endpointOptions.requestTimeout)
    .addOption(endpointOptions.retries)
    .addHelpText(
      'after',
      `
Three layers: the rules by enumeration and by drawing on known tables, the engines end to end with their caches and
rollbacks, and how far passes over one and over several tokens are apart. Ctrl-C gives the verdict so far.

With --json-schema or --grammar the law is that of the constrained target, token by token, on tables as well.

With --endpoint a running server is audited over HTTP: llama-server, an OpenAI-compatible one, or Ollama. Its
temperature is 1 unless given, since many servers report probabilities from before it; a key in FORETOKEN_API_KEY is
sent along.

Exit codes: 0 equivalent within the margin, 1 not lossless, 2 wrong options, 3 not enough evidence, 4 could not run.

Examples:
  foretoken audit
  foretoken audit --rule block --drafter draft-model --html audit.html
  foretoken audit --target big.gguf --draft small.gguf --backend llamacpp --margin 0.05 --budget 600
  foretoken audit --json-schema '{"type":"number"}'
  foretoken audit --endpoint http://127.0.0.1:8080
  foretoken audit --endpoint http://127.0.0.1:8080 --against http://127.0.0.1:8081`,
    )
    .action(async (options, command) => {
      const signal = interruptSignal();
      const given = Object.keys(options).filter(
        (name) => command.getOptionValueSource(name as keyof typeof options) === 'cli',
      );
      checkEndpointSelection(options, given);
      const { endpoint } = options;
      if (endpoint !== undefined) return runEndpointAudit({ ...options, endpoint }, given, signal);
      if (options.html !== undefined) await requireWritablePage(options.html);
      if (options.target !== undefined && given.includes('model'))
        throw new InvalidArgumentError('--target and --model are the same: give one of them.');
      const model = options.target ?? options.model;
      if (given.includes('drafter')) {
        const heads = options.drafter.filter(isHeadName);
        for (const name of heads) assertEmbeddedTarget(`--drafter ${name}`, model);
        const needing = options.drafter.filter((name) => listed(drafterFactories, name).needsDraftModel);
        if (draftOf({ ...options, model }) === 'none' && needing.length > 0) {
          throw new InvalidArgumentError(
            `--drafter ${needing.join(', ')} needs a draft model: name one with --draft, or leave it out.`,
          );
        }
      }
      const opened = await openEngines({ ...options, model }, signal);
      let report: AuditReport;
      try {
        const { temperature, topK, topP, minP, alpha, margin, confidence, budget, seed, full } = options;
        report = await withTimedProgress('auditing', (onProgress) =>
          runAudit({
            rules: ruleNames
              .filter((name) => options.rule.includes(name))
              .map((name) => listed(verificationRules, name)),
            drafters: drafterNames
              .filter((name) => options.drafter.includes(name))
              .map((name) => listed(drafterFactories, name)),
            engines: opened.engines,
            texts: codePrompts,
            sampling: { temperature, topK, topP, minP },
            alpha,
            margin,
            confidence,
            budget,
            seed,
            full,
            signal,
            onProgress,
          }),
        );
      } finally {
        await opened.close();
      }
      const machine = describeMachine();
      if (options.html !== undefined) {
        const { auditPage } = await import('../audit/audit-page.js');
        await writePage(options.html, await auditPage(report, machine));
      }
      if (options.json === true) {
        const { jsonSchema, grammar } = options;
        printJson({ machine, jsonSchema, grammar, ...report });
      } else {
        printLine(`${machine.processor}, ${machine.cores} cores; seed ${report.seed}`);
        for (const line of auditLines(report)) printLine(line);
        printLine();
        for (const line of verdictLines(report.verdict)) printLine(line);
      }
      process.exitCode = report.verdict.exitCode;
    });
}

function listed<Value>(values: ReadonlyMap<string, Value>, name: string): Value {
  return values.get(name) as Value;
}
