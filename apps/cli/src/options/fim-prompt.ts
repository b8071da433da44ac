import { Option } from '@commander-js/extra-typings';
import { InvalidArgumentError, type LanguageModel, UnsupportedError } from '@foretoken/core';
import { encodeFim, type FimTokens, findFimTokens, readGguf } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { modelPath } from './model-options.js';
import { readText } from './prompt-input.js';

/** What stands behind the gap that a code model fills; the prompt stands before it. */
export const fimOptions = {
  suffix: new Option(
    '--suffix <text>',
    'fill the gap between the prompt and this text, with a code model that was trained for it',
  ).conflicts(['suffixFile', 'route']),
  suffixFile: new Option('--suffix-file <file>', 'the same, with the text from a file').conflicts('route'),
} as const;

/** The text behind the gap; undefined where nothing is to be filled. */
export async function readSuffix(options: {
  readonly suffix?: string | undefined;
  readonly suffixFile?: string | undefined;
}): Promise<string | undefined> {
  return options.suffixFile === undefined ? options.suffix : readText(options.suffixFile);
}

/**
 * The prompt that asks a code model for what belongs between two texts.
 *
 * @param model the target as `--model` names it.
 * @throws UnsupportedError where the model has no tokens for it; InvalidArgumentError for a gap with nothing around it.
 */
export async function fimPrompt(
  target: LanguageModel,
  model: string,
  texts: { readonly prefix: string; readonly suffix: string },
): Promise<number[]> {
  if (texts.prefix === '' && texts.suffix === '')
    throw new InvalidArgumentError(
      'There is nothing before or behind the gap: give a prompt, or a --suffix.',
    );
  const tokens = await modelFimTokens(target, model);
  if (tokens === undefined) {
    throw new UnsupportedError(
      `${target.name} has no tokens that ask for what belongs into a gap, such as <|fim_prefix|>, <|fim_suffix|> and <|fim_middle|>: leave --suffix out, or choose a code model that was trained for it, such as Qwen2.5-Coder.`,
    );
  }
  return encodeFim(target.tokenizer, tokens, texts);
}

/**
 * How a code model is asked to fill a gap; undefined where it was not trained for it.
 *
 * @param model the target as `--model` names it.
 */
export async function modelFimTokens(target: LanguageModel, model: string): Promise<FimTokens | undefined> {
  const file = modelPath(model, tinyModels.target);
  const metadata = /\.gguf$/i.test(file) ? (await readGguf(file)).metadata : undefined;
  return findFimTokens(target.tokenizer, metadata);
}
