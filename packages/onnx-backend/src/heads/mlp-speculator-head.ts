import {
  ClosedError,
  type ForwardResult,
  type HeadRequest,
  type HeadSequence,
  type MemoryUse,
} from '@foretoken/core';
import type { OnnxBinding, OnnxSession } from '../engine/onnx-session.js';
import type { HostTensor } from '../engine/tensor.js';
import { HostOutputs } from '../model/host-outputs.js';
import { mostDraftTokens } from '../model/load-settings.js';
import { checkHeadRequest } from './check-head-request.js';
import type { MlpSpeculatorShape } from './head-source.js';
import { checkRollback, OnnxHead, wantedEntries } from './onnx-head.js';

/** An MLP speculator: every step is a pass of its own, and nothing is kept between them. */
export class MlpSpeculatorHead extends OnnxHead {
  readonly hiddenStateWidth: number;
  readonly vocabularySize: number;
  readonly contextLength: number = Number.POSITIVE_INFINITY;
  readonly maximumSteps: number;
  readonly maximumPassEntries: number = mostDraftTokens;
  readonly attends: boolean = false;
  readonly #session: OnnxSession;
  readonly #innerWidth: number;
  readonly #weightBytes: number;
  readonly #binding: OnnxBinding;
  readonly #outputs: HostOutputs;
  readonly #tokens: BigInt64Array;
  /** Features by whose they are; all 0 between passes. */
  readonly #states: Readonly<Record<HeadRequest['featuresOf'], Float32Array>>;

  constructor(name: string, session: OnnxSession, shape: MlpSpeculatorShape, weightBytes: number) {
    super(name);
    this.#weightBytes = weightBytes;
    this.hiddenStateWidth = shape.width;
    this.vocabularySize = shape.vocabularySize;
    this.maximumSteps = shape.predictionCount;
    this.#innerWidth = shape.innerWidth;
    this.#session = session;
    this.#binding = session.bind(new Map(), new Map());
    this.#outputs = new HostOutputs(mostDraftTokens, shape.vocabularySize, shape.innerWidth);
    // Buffers of their own: the engine holds their address while it reads, so they must not move.
    const states = (width: number): Float32Array =>
      new Float32Array(new ArrayBuffer(mostDraftTokens * width * 4));
    this.#tokens = new BigInt64Array(new ArrayBuffer(mostDraftTokens * 8));
    this.#states = { target: states(shape.width), head: states(shape.innerWidth) };
  }

  override createSequence(): HeadSequence {
    this.assertOpen();
    return new StatelessSequence(this);
  }

  override memory(): MemoryUse {
    const inputs = [this.#tokens, this.#states.target, this.#states.head];
    const buffers = inputs.reduce((sum, { byteLength }) => sum + byteLength, this.#outputs.byteLength);
    return { weights: this.#weightBytes, cache: 0, buffers };
  }

  async forward(request: HeadRequest, signal: AbortSignal | undefined): Promise<ForwardResult> {
    checkHeadRequest(this, request, this.#widthOf(request.featuresOf));
    return this.enqueue(() => this.#run(request), signal);
  }

  async #run(request: HeadRequest): Promise<ForwardResult> {
    const { tokens, features, featuresOf } = request;
    const count = tokens.length;
    const states = this.#states[featuresOf];
    const width = this.#widthOf(featuresOf);
    for (let row = 0; row < count; row++) {
      this.#tokens[row] = BigInt(tokens[row] as number);
      states.set(features[row] as Float32Array, row * width);
    }
    try {
      await this.#binding.run(
        new Map<string, HostTensor>([
          ['input_ids', { type: 'int64', shape: [count], data: this.#tokens }],
          ['target_states', this.#tensor('target', count)],
          ['own_states', this.#tensor('head', count)],
        ]),
        new Map([
          ['logits', this.#outputs.logits(0, count)],
          ['hidden_states', this.#outputs.hiddenStates(0, count)],
        ]),
      );
    } finally {
      states.fill(0, 0, count * width);
    }
    const [first = 0, ...others] = wantedEntries(request);
    return this.#outputs.result(first, request.rows === 'none' ? 0 : 1 + others.length, true);
  }

  #tensor(kind: HeadRequest['featuresOf'], count: number): HostTensor {
    return { type: 'float32', shape: [count, this.#widthOf(kind)], data: this.#states[kind] };
  }

  #widthOf(kind: HeadRequest['featuresOf']): number {
    return kind === 'target' ? this.hiddenStateWidth : this.#innerWidth;
  }

  protected override async free(): Promise<void> {
    this.#binding.free();
    await this.#session.close();
  }
}

/** Nothing is kept: a step sees its own input only. */
class StatelessSequence implements HeadSequence {
  readonly length = 0;
  readonly #head: MlpSpeculatorHead;
  #closed = false;

  constructor(head: MlpSpeculatorHead) {
    this.#head = head;
  }

  async forward(
    request: HeadRequest,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ForwardResult> {
    this.#assertOpen();
    return this.#head.forward(request, options.signal);
  }

  doRollback(length: number): void {
    this.#assertOpen();
    checkRollback(length, 0);
  }

  close(): void {
    this.#closed = true;
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError('The sequence of the head is closed.');
  }
}
