import type { DecodeEvent } from '@foretoken/core';
import { Counter, Gauge, Registry } from 'prom-client';
import type { RequestQueue } from './generation/request-queue.js';

/** Rounds that asked a drafter, and those that did not. */
type RoundKind = 'plain' | 'drafting';

/** What a server did, for Prometheus. Tokens per pass are `committed_tokens_total / passes_total`. */
export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #requests = this.#counter('requests_total', 'Requests that were answered', ['route', 'status']);
  readonly #generations = this.#counter('generations_total', 'Generations by how they ended', ['reason']);
  readonly #promptTokens = this.#counter('prompt_tokens_total', 'Tokens of prompts');
  readonly #keptTokens = this.#counter(
    'prompt_tokens_kept_total',
    'Tokens of prompts that were held from the request before',
  );
  readonly #committedTokens = this.#counter('committed_tokens_total', 'Tokens of outputs', ['round']);
  readonly #draftedTokens = this.#counter('drafted_tokens_total', 'Draft tokens');
  readonly #acceptedTokens = this.#counter('accepted_tokens_total', 'Draft tokens that were accepted');
  readonly #passes = this.#counter('passes_total', 'Passes of the target after the prompt', ['round']);
  readonly #roundSeconds = this.#counter('round_seconds_total', 'Seconds in rounds', ['round']);
  readonly #draftSeconds = this.#counter('draft_seconds_total', 'Of these, seconds in drafters');
  readonly #promptSeconds = this.#counter('prompt_seconds_total', 'Seconds in reading prompts');
  readonly #drafterFailures = this.#counter(
    'drafter_failures_total',
    'Drafters that failed and were dropped',
  );
  #round: RoundKind = 'plain';

  /** Numbers of the moment, read when they are asked for. */
  watch(queue: RequestQueue): void {
    this.#gauge('requests_running', 'Requests that the model works on', () => queue.runningCount);
    this.#gauge('requests_waiting', 'Requests that wait for the model', () => queue.waitingCount);
  }

  countRequest(route: string, status: number): void {
    this.#requests.inc({ route, status });
  }

  /** Counts a generation's events, in their order; of one generation after another. */
  count(event: DecodeEvent): void {
    switch (event.type) {
      case 'draft-end':
        this.#round = 'drafting';
        return;
      case 'round-end':
        this.#passes.inc({ round: this.#round });
        this.#committedTokens.inc({ round: this.#round }, event.committedCount);
        this.#draftedTokens.inc(event.draftedCount);
        this.#acceptedTokens.inc(event.acceptedCount);
        this.#roundSeconds.inc({ round: this.#round }, seconds(event.roundMilliseconds));
        this.#draftSeconds.inc(seconds(event.draftMilliseconds));
        this.#round = 'plain';
        return;
      case 'drafter-failed':
        this.#drafterFailures.inc();
        return;
      case 'generation-end':
        this.#round = 'plain';
        this.#generations.inc({ reason: event.finishReason });
        this.#promptTokens.inc(event.counters.promptCount);
        this.#keptTokens.inc(event.counters.keptCount);
        this.#promptSeconds.inc(seconds(event.counters.promptMilliseconds));
        return;
      case 'token-committed':
    }
  }

  countFailure(): void {
    this.#round = 'plain';
    this.#generations.inc({ reason: 'error' });
  }

  /** In the text format of Prometheus. */
  async text(): Promise<{ readonly type: string; readonly text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[] = []): Counter<Label> {
    return new Counter({ name: `foretoken_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name: `foretoken_${name}`,
      help,
      registers: [this.#registry],
      collect: () => gauge.set(read()),
    });
  }
}

/** Clocks may go back, counters must not. */
function seconds(milliseconds: number | undefined): number {
  return Math.max(0, milliseconds ?? 0) / 1000;
}
