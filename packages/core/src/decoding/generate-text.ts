import type { DecodeCounters } from './decode-counters.js';
import type { FinishReason } from './decode-event.js';
import { generate } from './generate.js';
import type { GenerateOptions } from './generate-options.js';

export interface GeneratedText {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly finishReason: FinishReason;
  readonly counters: DecodeCounters;
}

/** `generate`, for callers who want the result and not the events. */
export async function generateText(options: GenerateOptions): Promise<GeneratedText> {
  let text = '';
  for await (const event of generate(options)) {
    if (event.type === 'token-committed') text += event.text;
    if (event.type === 'generation-end') {
      const { finishReason, tokens, counters } = event;
      return { text: text + event.text, tokens, finishReason, counters };
    }
  }
  throw new Error('unreachable: generate ends with generation-end');
}
