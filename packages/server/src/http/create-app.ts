import { Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { bodyLimit } from 'hono/body-limit';
import { chatFormat } from '../answers/chat-format.js';
import { completionFormat } from '../answers/completion-format.js';
import { createGenerationRequest } from '../generation/generation-request.js';
import type { ModelRunner } from '../generation/model-runner.js';
import { Structures } from '../generation/structures.js';
import type { ServerMetrics } from '../metrics.js';
import { chatBody } from '../requests/chat-body.js';
import { chatPrompt } from '../requests/chat-prompt.js';
import { completionBody } from '../requests/completion-body.js';
import { completionPrompt } from '../requests/completion-prompt.js';
import { parseBody } from '../requests/parse-body.js';
import type { ServerOptions } from '../server-options.js';
import { answerRequest } from './answer-request.js';
import { refusalOf } from './refusal-of.js';
import { RefusedRequestError } from './refused-request-error.js';

const usualMostBodyBytes = 4 * 2 ** 20;
/** Not one of HTTP's: nobody reads the answer. */
const clientGone = 499;
/** As OpenAI has it. Of a chat it is what the context has room for. */
const usualCompletionTokens = 16;
/** What metrics call the routes; others are counted together. */
const routes: ReadonlySet<string> = new Set([
  '/v1/completions',
  '/v1/chat/completions',
  '/v1/models',
  '/health',
  '/metrics',
]);

/** The routes of a server, as a handler of web-standard requests. */
export function createApp(options: ServerOptions, runner: ModelRunner, metrics: ServerMetrics): Hono {
  const { model, apiKey, mostBodyBytes = usualMostBodyBytes, onNote } = options;
  const { tokenizer } = model.target;
  const rule = typeof model.rule === 'object' ? model.rule.name : (model.rule ?? 'block');
  const structures = new Structures(tokenizer);
  const answering = { runner, options };
  const listed = {
    id: model.name,
    object: 'model',
    created: Math.floor(Date.now() / 1000),
    owned_by: 'foretoken',
    context_length: model.target.contextLength,
    rule,
  };
  const app = new Hono();

  app.use(async (context, next) => {
    await next();
    const { path } = context.req;
    metrics.countRequest(routes.has(path) ? path : 'other', context.res.status);
  });
  if (apiKey !== undefined) app.use('/v1/*', bearerAuth({ token: apiKey }));
  app.use(
    bodyLimit({
      maxSize: mostBodyBytes,
      onError: () => {
        throw new RefusedRequestError(`The body has more than ${mostBodyBytes} bytes, which is the most.`, {
          status: 413,
          code: 'request_too_large',
        });
      },
    }),
  );

  app.post('/v1/completions', async (context) => {
    const body = parseBody(await context.req.text(), completionBody);
    checkModel(body.model, model.name);
    const request = await createGenerationRequest(model, structures, completionPrompt(model, body), body, {
      maximumTokens: body.max_tokens ?? usualCompletionTokens,
      logprobs: body.logprobs ?? undefined,
    });
    return answerRequest(context, answering, request, body, completionFormat(tokenizer));
  });

  app.post('/v1/chat/completions', async (context) => {
    const body = parseBody(await context.req.text(), chatBody);
    checkModel(body.model, model.name);
    const request = await createGenerationRequest(model, structures, chatPrompt(model, body), body, {
      maximumTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
      logprobs: body.logprobs === true ? (body.top_logprobs ?? 0) : undefined,
    });
    return answerRequest(context, answering, request, body, chatFormat(tokenizer));
  });

  app.get('/v1/models', (context) => context.json({ object: 'list', data: [listed] }));

  app.get('/health', (context) => {
    const { isClosed, runningCount, waitingCount } = runner.queue;
    return context.json(
      {
        status: isClosed ? 'stopping' : 'ok',
        model: model.name,
        drafter: runner.drafter?.name ?? null,
        rule,
        running: runningCount,
        waiting: waitingCount,
      },
      isClosed ? 503 : 200,
    );
  });

  app.get('/metrics', async (context) => {
    const { type, text } = await metrics.text();
    return context.body(text, 200, { 'Content-Type': type });
  });

  app.notFound(({ req }) => {
    throw new RefusedRequestError(
      `${req.method} ${req.path} is none of this server's: ${[...routes].join(', ')}.`,
      { status: 404, code: 'unknown_route' },
    );
  });
  app.onError((error, context) => {
    if (context.req.raw.signal.aborted) return new Response(null, { status: clientGone });
    const { body, status, headers } = refusalOf(error, onNote);
    return context.json(body, status, { ...headers });
  });
  return app;
}

function checkModel(asked: string | null | undefined, name: string): void {
  if (asked === undefined || asked === null || asked === name) return;
  throw new RefusedRequestError(
    `model: there is no ${JSON.stringify(asked)} here, only ${JSON.stringify(name)}.`,
    {
      status: 404,
      parameter: 'model',
      code: 'model_not_found',
    },
  );
}
