import type { Context } from 'hono';
import type { AnswerFormat } from '../answers/answer-format.js';
import { begin, streamAnswer, wholeAnswer } from '../answers/write-answer.js';
import type { GenerationRequest, ModelRunner } from '../generation/model-runner.js';
import type { GenerationFields } from '../requests/generation-fields.js';
import type { ServerOptions } from '../server-options.js';
import { refusalOf } from './refusal-of.js';

/**
 * Generates and answers, in one piece or as a stream. It answers nothing before the model has begun, so that what fails
 * until then has a status of its own. A client that goes ends its generation.
 */
export async function answerRequest(
  context: Context,
  { runner, options }: { readonly runner: ModelRunner; readonly options: ServerOptions },
  request: GenerationRequest,
  { stream, stream_options: streamOptions }: GenerationFields,
  format: AnswerFormat,
): Promise<Response> {
  const client = new AbortController();
  const { signal } = client;
  const leave = (): void => client.abort();
  if (context.req.raw.signal.aborted) leave();
  context.req.raw.signal.addEventListener('abort', leave, { once: true });
  const answer = {
    format,
    model: options.model.name,
    includeUsage: streamOptions?.include_usage ?? false,
  };
  const generation = await begin(runner.run(request, signal));
  if (stream !== true) return context.json(await wholeAnswer(generation, answer, signal));
  const parts = streamAnswer(generation, answer, {
    fail: (error) => refusalOf(error, options.onNote).body,
    cancel: leave,
  });
  return new Response(parts, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' },
  });
}
