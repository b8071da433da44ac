/** What a worker is asked over its channel, and what it answers: both sides time their own generation. */
export interface GenerationRequest {
  readonly prompt: readonly number[];
  readonly tokenCount: number;
}

export interface GenerationAnswer {
  readonly tokens: readonly number[];
  /** From the request to each token, which follows on the one before. */
  readonly tokenMilliseconds: readonly number[];
}

/** Answers requests until the parent closes the channel; says "ready" first. */
export function serve(generate: (request: GenerationRequest) => AsyncIterable<number>): void {
  process.on('message', (request: GenerationRequest) => {
    void answer(request);
  });
  process.send?.('ready');

  async function answer(request: GenerationRequest): Promise<void> {
    const tokens: number[] = [];
    const tokenMilliseconds: number[] = [];
    let last = performance.now();
    for await (const token of generate(request)) {
      const now = performance.now();
      tokens.push(token);
      tokenMilliseconds.push(now - last);
      last = now;
      if (tokens.length === request.tokenCount) break;
    }
    process.send?.({ tokens, tokenMilliseconds } satisfies GenerationAnswer);
  }
}
