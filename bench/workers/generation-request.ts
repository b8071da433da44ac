/** What a worker is asked over its channel, and what it answers: all sides time their own generation. */
export interface GenerationRequest {
  readonly prompt: readonly number[];
  /** Most tokens to generate. */
  readonly tokenCount: number;
  /** 0: greedy. Nothing else changes the distribution. */
  readonly temperature: number;
  readonly seed: number;
  readonly ignoreEndTokens: boolean;
}

export interface DraftCounts {
  readonly drafted: number;
  readonly accepted: number;
}

export interface GenerationAnswer {
  readonly tokens: readonly number[];
  /** From the request to each token, which follows on the one before. */
  readonly tokenMilliseconds: readonly number[];
  readonly counts: DraftCounts | undefined;
}

/**
 * Answers requests until the parent closes the channel; says "ready" first.
 *
 * @param counts of the generation that has just ended.
 */
export function serve(
  generate: (request: GenerationRequest) => AsyncIterable<number>,
  counts?: () => DraftCounts,
): void {
  process.on('message', (request: GenerationRequest) => {
    void answer(request);
  });
  process.on('disconnect', () => {
    process.exit(0);
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
    }
    process.send?.({ tokens, tokenMilliseconds, counts: counts?.() } satisfies GenerationAnswer);
  }
}
