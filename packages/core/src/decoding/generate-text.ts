import type { DecodeCounters } from './decode-counters.js';
import type { DrafterFailedEvent, FinishReason } from './decode-event.js';
import { generate } from './generate.js';
import type { GenerateOptions } from './generate-options.js';

export interface GeneratedText {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly finishReason: FinishReason;
  readonly counters: DecodeCounters;
  /** Where the drafter threw, and the text went on without it. */
  readonly drafterFailure: DrafterFailedEvent | undefined;
}

/** `generate`, for callers who want the result and not the events. */
export async function generateText(options: GenerateOptions): Promise<GeneratedText> {
  let text = '';
  let drafterFailure: DrafterFailedEvent | undefined;
  for await (const event of generate(options)) {
    if (event.type === 'token-committed') text += event.text;
    if (event.type === 'drafter-failed') drafterFailure = event;
    if (event.type === 'generation-end') {
      const { finishReason, tokens, counters } = event;
      return { text: text + event.text, tokens, finishReason, counters, drafterFailure };
    }
  }
  throw new Error('unreachable: generate ends with generation-end');
}
