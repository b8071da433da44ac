import { InvalidArgumentError as UsageError, Option } from '@commander-js/extra-typings';
import { auditEndpoint, type Endpoint, type EndpointKind, endpointKinds } from '@foretoken/audit';
import { InvalidArgumentError } from '@foretoken/core';
import { describeMachine } from '@foretoken/planner';
import { wholeNumber } from '../options/numbers.js';
import { endpointAuditLines } from '../output/endpoint-audit-lines.js';
import { endpointVerdictLines } from '../output/endpoint-verdict-lines.js';
import { printJson, printLine } from '../output/lines.js';
import { withTimedProgress } from '../output/progress.js';
import { openPrompts } from '../prompts/open-prompts.js';
import { readPromptFile } from '../prompts/prompt-file.js';

/** The options of `audit` that only an endpoint has. */
export const endpointOptions = {
  endpoint: new Option(
    '--endpoint <url>',
    'audit a running server instead: its samples against the probabilities that it reports',
  ),
  endpointKind: new Option(
    '--endpoint-kind <name>',
    'how the server is asked; default: found out by what it answers',
  ).choices(endpointKinds),
  endpointModel: new Option(
    '--endpoint-model <name>',
    'model of the server; default: the first that it lists',
  ),
  endpointSet: new Option(
    '--endpoint-set <field=value>',
    'further field of every request, as JSON or text; may be repeated',
  ).argParser(addField),
  against: new Option(
    '--against <url>',
    'compare its samples with those of this server, or of the same one with --against-set',
  ),
  againstKind: new Option('--against-kind <name>', 'as --endpoint-kind').choices(endpointKinds),
  againstModel: new Option('--against-model <name>', 'as --endpoint-model'),
  againstSet: new Option('--against-set <field=value>', 'as --endpoint-set').argParser(addField),
  prompts: new Option(
    '--prompts <file>',
    'prompts for the server, one a line, or JSON Lines with prompt, text or turns; default: four built in',
  ),
  tokens: new Option('--tokens <n>', 'tokens of a draw that are audited together; default: 3').argParser(
    wholeNumber('--tokens', 1, 4),
  ),
  draws: new Option(
    '--draws <n>',
    'draws from the server, from either where there are two; default: 4000',
  ).argParser(wholeNumber('--draws', 1)),
  topTokens: new Option(
    '--top-tokens <n>',
    'tokens to ask probabilities for; default: 100 of llama-server, 20 of others',
  ).argParser(wholeNumber('--top-tokens', 1)),
  concurrency: new Option('--concurrency <n>', 'requests at a time; default: 4').argParser(
    wholeNumber('--concurrency', 1),
  ),
  requestTimeout: new Option('--request-timeout <seconds>', 'of one request; default: 30').argParser(
    wholeNumber('--request-timeout', 1),
  ),
  retries: new Option('--retries <n>', 'further tries of a failed request; default: 3').argParser(
    wholeNumber('--retries', 0),
  ),
} as const;

/** Names of the options above, and of those that mean the same with and without an endpoint. */
const ownNames: ReadonlySet<string> = new Set(Object.keys(endpointOptions));
const sharedNames: ReadonlySet<string> = new Set([
  'temperature',
  'topK',
  'topP',
  'minP',
  'alpha',
  'margin',
  'confidence',
  'seed',
  'json',
]);

export interface EndpointSelection {
  readonly endpoint?: string | undefined;
  readonly endpointKind?: EndpointKind | undefined;
  readonly endpointModel?: string | undefined;
  readonly endpointSet?: Fields | undefined;
  readonly against?: string | undefined;
  readonly againstKind?: EndpointKind | undefined;
  readonly againstModel?: string | undefined;
  readonly againstSet?: Fields | undefined;
  readonly prompts?: string | undefined;
  readonly tokens?: number | undefined;
  readonly draws?: number | undefined;
  readonly topTokens?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly requestTimeout?: number | undefined;
  readonly retries?: number | undefined;
  readonly temperature: number;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly minP?: number | undefined;
  readonly alpha: number;
  readonly margin: number;
  readonly confidence: number;
  readonly seed: number;
  readonly json?: boolean | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Refuses options that were given and have no effect here.
 *
 * @param given names of the options that the user gave.
 */
export function checkEndpointSelection(selection: EndpointSelection, given: readonly string[]): void {
  const flag = (name: string): string =>
    `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (selection.endpoint === undefined) {
    const stray = given.find((name) => ownNames.has(name));
    if (stray !== undefined) throw new InvalidArgumentError(`${flag(stray)} needs --endpoint.`);
    return;
  }
  const stray = given.find((name) => !ownNames.has(name) && !sharedNames.has(name));
  if (stray !== undefined) {
    throw new InvalidArgumentError(
      `${flag(stray)} is for models that are loaded here; a server behind --endpoint has its own.`,
    );
  }
  const other = given.find((name) => ['againstKind', 'againstModel', 'againstSet'].includes(name));
  if (selection.against === undefined && other !== undefined) {
    throw new InvalidArgumentError(`${flag(other)} needs --against.`);
  }
}

/**
 * Audits the server, prints the report and sets the exit code of its verdict.
 *
 * @param given names of the options that the user gave: a temperature that was not is 1, since many servers report
 *   probabilities from before it.
 */
export async function runEndpointAudit(
  selection: EndpointSelection & { readonly endpoint: string },
  given: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { topK, topP, minP, requestTimeout, prompts: file } = selection;
  const temperature = given.includes('temperature') ? selection.temperature : 1;
  const prompts = file === undefined ? openPrompts : await readTexts(file);
  const apiKey = process.env['FORETOKEN_API_KEY'];
  const endpoint: Endpoint = {
    url: selection.endpoint,
    kind: selection.endpointKind,
    model: selection.endpointModel,
    fields: selection.endpointSet,
    apiKey,
  };
  const against: Endpoint | undefined =
    selection.against === undefined
      ? undefined
      : {
          url: selection.against,
          kind: selection.againstKind,
          model: selection.againstModel,
          fields: selection.againstSet,
          apiKey,
        };
  const { tokens, draws, topTokens, concurrency, retries, alpha, margin, confidence, seed } = selection;
  const report = await withTimedProgress(`auditing ${selection.endpoint}`, (onProgress) =>
    auditEndpoint({
      endpoint,
      against,
      prompts,
      sampling: { temperature, topK, topP, minP },
      tokens,
      draws,
      topTokens,
      concurrency,
      retries,
      timeoutMilliseconds: requestTimeout === undefined ? undefined : 1000 * requestTimeout,
      alpha,
      margin,
      confidence,
      seed,
      signal,
      onProgress,
    }),
  );
  const machine = describeMachine();
  if (selection.json === true) printJson({ machine, sampling: { temperature, topK, topP, minP }, ...report });
  else {
    printLine(`${machine.processor}, ${machine.cores} cores; seed ${report.seed}`);
    for (const line of endpointAuditLines(report)) printLine(line);
    printLine();
    for (const line of endpointVerdictLines(report.verdict)) printLine(line);
  }
  process.exitCode = report.verdict.exitCode;
}

async function readTexts(file: string): Promise<string[]> {
  return (await readPromptFile(file)).map(({ where, prompt }) => {
    if (typeof prompt === 'string') return prompt;
    throw new InvalidArgumentError(
      `${where} has messages: what is audited is how a server continues texts. Give the text that its template makes of them.`,
    );
  });
}

function addField(text: string, previous: Fields | undefined): Fields {
  const match = /^([^=]+)=(.*)$/s.exec(text);
  if (match === null) throw new UsageError('takes FIELD=VALUE, such as ignore_eos=true.');
  const [, name = '', written = ''] = match;
  let value: unknown = written;
  try {
    value = JSON.parse(written);
  } catch {
    // Text needs no quotes.
  }
  return { ...previous, [name]: value };
}
