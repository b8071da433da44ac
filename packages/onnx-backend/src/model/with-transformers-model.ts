import { InvalidArgumentError, type LanguageModel, type Tokenizer } from '@foretoken/core';
import { jsonTokenizer } from '@foretoken/models';
import type { ScriptInferenceSession } from '../engine/script-session.js';
import { exportedModel, trainedContext } from './load-exported.js';
import { chooseContextLength, checkWhole, defaultSequences, mostSequences } from './load-settings.js';
import { beginTokenOf, endTokensOf } from './special-tokens.js';
import { warmUp } from './warm-up.js';

/** What is used of a model of transformers.js: an `AutoModelForCausalLM` has it. */
export interface TransformersModel {
  readonly sessions: Readonly<Record<string, unknown>>;
  readonly config: object;
  readonly generation_config?: object | null | undefined;
}

/** What is used of a tokenizer of transformers.js 4: an `AutoTokenizer` has it. */
export interface TransformersTokenizer {
  readonly _tokenizerJSON: object;
}

export interface TransformersModelOptions {
  /** Tokens of context; default: what the model was trained for, at most 4,096. */
  readonly contextLength?: number | undefined;
  /** Sequences that may be alive at once; default 4. */
  readonly maximumSequences?: number | undefined;
}

/**
 * A causal language model that transformers.js has loaded, as a target or a draft. It stays the caller's: closing
 * the result leaves it open. Its passes block the event loop, as they do in transformers.js: the same export
 * loaded with `onnxBackend` does not.
 *
 * @param tokenizer the model's; or any tokenizer of its vocabulary.
 * @throws InvalidArgumentError, UnsupportedError for other kinds of models, VocabularyMismatchError.
 */
export async function withTransformersModel(
  model: TransformersModel,
  tokenizer: TransformersTokenizer | Tokenizer,
  options: TransformersModelOptions = {},
): Promise<LanguageModel> {
  const { maximumSequences = defaultSequences } = options;
  checkWhole('maximumSequences', maximumSequences, 1, mostSequences);
  const config = model.config as Readonly<Record<string, unknown>>;
  const name = nameOf(config);
  const contextLength = chooseContextLength(options.contextLength, trainedContext(name, config));
  const session = model.sessions['model'];
  if (!isSession(session)) {
    throw new InvalidArgumentError(
      `${name} has the sessions ${Object.keys(model.sessions).join(', ') || '(none)'}; a decoder of transformers.js for Node.js has the session "model".`,
    );
  }
  // Imported only here: it loads the engine.
  const { ScriptSession } = await import('../engine/script-session.js');
  const wrapped = await exportedModel({
    name,
    where: name,
    session: new ScriptSession(session, 'ONNX Runtime (transformers.js)', false),
    tokenizer: toTokenizer(name, tokenizer, [
      (model.generation_config ?? {}) as Readonly<Record<string, unknown>>,
      config,
    ]),
    contextLength,
    maximumSequences,
    // What transformers.js holds is not counted: it is there in any case.
    weightBytes: 0,
    weightFormat: 'as loaded',
    device: 'cpu',
    close: async () => undefined,
  });
  await warmUp(wrapped, name, undefined);
  return wrapped;
}

function nameOf(config: Readonly<Record<string, unknown>>): string {
  const { _name_or_path: path, model_type: type } = config;
  return (
    ([path, type].find((text) => typeof text === 'string' && text !== '') as string | undefined) ?? 'model'
  );
}

function isSession(session: unknown): session is ScriptInferenceSession {
  if (typeof session !== 'object' || session === null) return false;
  const { inputMetadata, outputMetadata, run } = session as Partial<ScriptInferenceSession>;
  return Array.isArray(inputMetadata) && Array.isArray(outputMetadata) && typeof run === 'function';
}

function toTokenizer(
  name: string,
  tokenizer: TransformersTokenizer | Tokenizer,
  configs: readonly Readonly<Record<string, unknown>>[],
): Tokenizer {
  if ('tokenBytes' in tokenizer) return tokenizer;
  const { _tokenizerJSON: json } = tokenizer as Partial<TransformersTokenizer>;
  if (json === undefined) {
    throw new InvalidArgumentError(
      `The tokenizer of ${name} is none of transformers.js 4: give an AutoTokenizer, or a tokenizer of Foretoken.`,
    );
  }
  return jsonTokenizer(`the tokenizer of ${name}`, json as Readonly<Record<string, unknown>>, {
    beginToken: beginTokenOf(configs),
    endTokens: endTokensOf(configs),
  });
}
