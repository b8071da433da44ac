import { encodePrompt } from '@foretoken/core';
import { encodeFim } from '@foretoken/models';
import { RefusedRequestError } from '../http/refused-request-error.js';
import type { ServedModel } from '../served-model.js';
import type { CompletionBody } from './completion-body.js';

/**
 * Token ids of a completion's prompt; with a suffix, those that ask for what belongs in between.
 *
 * @throws RefusedRequestError for a suffix that the model, or the prompt, does not go with.
 */
export function completionPrompt(
  { target, fimTokens }: ServedModel,
  body: CompletionBody,
): readonly number[] {
  const { prompt: given, suffix } = body;
  const prompt = typeof given[0] === 'string' && typeof given !== 'string' ? given[0] : given;
  const text = typeof prompt === 'string' ? prompt : undefined;
  if (suffix === undefined || suffix === null) {
    return text === undefined ? (prompt as readonly number[]) : encodePrompt(target.tokenizer, text);
  }
  const parameter = 'suffix';
  if (fimTokens === undefined) {
    throw new RefusedRequestError(
      `suffix: ${target.name} has no tokens that ask for what belongs into a gap: leave it out, or serve a code model that was trained for it.`,
      { status: 400, parameter },
    );
  }
  if (text === undefined) {
    throw new RefusedRequestError('suffix: it goes with a prompt that is a text, not token ids.', {
      status: 400,
      parameter,
    });
  }
  return encodeFim(target.tokenizer, fimTokens, { prefix: text, suffix });
}
