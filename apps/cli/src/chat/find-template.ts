import { UnsupportedError } from '@foretoken/core';
import { type ChatTemplate, chatmlTemplate, createChatTemplate, readChatTemplate } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { modelPath } from '../options/model-options.js';
import { readText } from '../options/prompt-input.js';

/** A template that is built in, by its name. */
const builtIn = 'chatml';

/**
 * The model's own template, or the one that is named in its place.
 *
 * @param model as `--model` names it.
 * @param named a file of Jinja, or "chatml".
 * @throws UnsupportedError where there is none; ChatTemplateError for one that cannot be read; InvalidArgumentError,
 *   InvalidModelFileError.
 */
export async function findTemplate(model: string, named: string | undefined): Promise<ChatTemplate> {
  const file = modelPath(model, tinyModels.target);
  const own = await readChatTemplate(file);
  if (named === builtIn) return createChatTemplate({ ...own, template: chatmlTemplate, where: builtIn });
  if (named !== undefined)
    return createChatTemplate({ ...own, template: await readText(named), where: named });
  const { template } = own;
  if (template === undefined) {
    throw new UnsupportedError(
      `${file === tinyModels.target ? 'The embedded model, which writes TypeScript,' : model} brings no chat template: it continues text, and does not say how messages are to be written. Continue text with foretoken generate, or give a template: --chat-template FILE (Jinja, as in tokenizer_config.json) or --chat-template ${builtIn}.`,
    );
  }
  return createChatTemplate({ ...own, template });
}
