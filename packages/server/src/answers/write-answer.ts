import { randomUUID } from 'node:crypto';
import type { DecodeEvent, GenerationEndEvent } from '@foretoken/core';
import type { AnswerFormat, AnswerPart } from './answer-format.js';
import { type ReportedToken, reportedToken } from './reported-token.js';
import { usageOf } from './usage.js';

export interface AnswerOptions {
  readonly format: AnswerFormat;
  /** The model's name. */
  readonly model: string;
  /** Of a stream: usage in a last part. An answer in one piece always has it. */
  readonly includeUsage: boolean;
}

/** A generation whose first event is there: what could be wrong with the request has been found. */
export interface BegunGeneration {
  readonly first: DecodeEvent;
  readonly rest: AsyncGenerator<DecodeEvent, void, undefined>;
}

/** Starts a generation, up to its first event. @throws what keeps it from starting. */
export async function begin(events: AsyncGenerator<DecodeEvent, void, undefined>): Promise<BegunGeneration> {
  const { value, done } = await events.next();
  if (done === true) throw new Error('unreachable: a generation has at least its end');
  return { first: value, rest: events };
}

async function* allOf({ first, rest }: BegunGeneration): AsyncGenerator<DecodeEvent, void, undefined> {
  yield first;
  yield* rest;
}

/** The answer in one piece. @throws what ends the generation; the signal's reason where it is aborted. */
export async function wholeAnswer(
  generation: BegunGeneration,
  { format, model }: AnswerOptions,
  signal: AbortSignal,
): Promise<object> {
  let text = '';
  const tokens: ReportedToken[] = [];
  let end: GenerationEndEvent | undefined;
  for await (const event of allOf(generation)) {
    const part = partOf(event);
    text += part?.text ?? '';
    tokens.push(...(part?.tokens ?? []));
    if (event.type === 'generation-end') end = event;
  }
  signal.throwIfAborted();
  const { finishReason, counters } = end as GenerationEndEvent;
  return {
    ...headOf(format, model, format.object.whole),
    choices: [format.whole({ text, tokens, finishReason })],
    usage: usageOf(counters),
  };
}

/**
 * The answer's parts as they come, as server-sent events. It never waits for the reader: a slow one does not hold up the
 * model, and an answer is at most a context long.
 *
 * @param fail told of an error after the beginning; what it returns is the last part.
 * @param cancel ends the generation; called where nobody reads any more.
 */
export function streamAnswer(
  generation: BegunGeneration,
  { format, model, includeUsage }: AnswerOptions,
  { fail, cancel }: { readonly fail: (error: unknown) => object; readonly cancel: () => void },
): ReadableStream<Uint8Array> {
  const head = headOf(format, model, format.object.part);
  const encoder = new TextEncoder();
  let isRead = true;
  const write = async (stream: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const send = (data: string): void => {
      if (isRead) stream.enqueue(encoder.encode(`data: ${data}\n\n`));
    };
    const sendPart = (choices: readonly object[], usage: object | null): void =>
      send(JSON.stringify({ ...head, choices, ...(includeUsage && { usage }) }));
    try {
      for (const choice of format.opening) sendPart([choice], null);
      for await (const event of allOf(generation)) {
        const part = partOf(event);
        if (part !== undefined) sendPart([format.part(part)], null);
        if (includeUsage && event.type === 'generation-end') sendPart([], usageOf(event.counters));
      }
    } catch (error) {
      send(JSON.stringify(fail(error)));
    }
    send('[DONE]');
    if (isRead) stream.close();
  };
  return new ReadableStream<Uint8Array>({
    start: (stream) => {
      void write(stream);
    },
    cancel: () => {
      isRead = false;
      cancel();
    },
  });
}

function headOf(format: AnswerFormat, model: string, object: string): object {
  return {
    id: `${format.idPrefix}-${randomUUID()}`,
    object,
    created: Math.floor(Date.now() / 1000),
    model,
  };
}

/** What an event adds to the answer, if anything. */
function partOf(event: DecodeEvent): AnswerPart | undefined {
  if (event.type === 'generation-end')
    return { text: event.text, tokens: [], finishReason: event.finishReason };
  if (event.type !== 'token-committed') return undefined;
  const token = reportedToken(event);
  if (event.text === '' && token === undefined) return undefined;
  return { text: event.text, tokens: token === undefined ? [] : [token], finishReason: undefined };
}
