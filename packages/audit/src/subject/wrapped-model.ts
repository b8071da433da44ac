import type { ForwardOptions, ForwardRequest, ForwardResult, LanguageModel, Sequence } from '@foretoken/core';

export interface ModelChanges {
  /** Runs the passes, on the inner model's sequences; default: the inner model does. */
  readonly forward?: LanguageModel['forward'];
  /** What a pass gives, from what it was asked and what it would give. */
  readonly onForward?: (
    requests: readonly ForwardRequest[],
    results: readonly ForwardResult[],
  ) => readonly ForwardResult[];
  /** The length that a rollback really goes to. */
  readonly rollbackTo?: (wanted: number, length: number) => number;
}

/** A model that does what another does, with some changes. */
export function wrapModel(inner: LanguageModel, changes: ModelChanges): LanguageModel {
  const model: LanguageModel = {
    name: inner.name,
    tokenizer: inner.tokenizer,
    vocabularySize: inner.vocabularySize,
    contextLength: inner.contextLength,
    capabilities: inner.capabilities,
    createSequence: () => new WrappedSequence(model, inner.createSequence(), changes),
    async forward(requests: readonly ForwardRequest[], options?: ForwardOptions) {
      const own = requests.map((request) => ({
        ...request,
        sequence: (request.sequence as WrappedSequence).inner,
      }));
      const results = await (changes.forward?.(own, options) ?? inner.forward(own, options));
      return changes.onForward?.(requests, results) ?? results;
    },
    memory: () => inner.memory(),
    close: () => inner.close(),
  };
  return model;
}

class WrappedSequence implements Sequence {
  readonly model: LanguageModel;
  readonly inner: Sequence;
  readonly #changes: ModelChanges;

  constructor(model: LanguageModel, inner: Sequence, changes: ModelChanges) {
    this.model = model;
    this.inner = inner;
    this.#changes = changes;
  }

  get length(): number {
    return this.inner.length;
  }

  doRollback(length: number): void {
    const { rollbackTo } = this.#changes;
    this.inner.doRollback(rollbackTo === undefined ? length : rollbackTo(length, this.inner.length));
  }

  doCommitPath(nodes: readonly number[]): void {
    this.inner.doCommitPath(nodes);
  }

  doFork(): Sequence {
    return new WrappedSequence(this.model, this.inner.doFork(), this.#changes);
  }

  close(): void {
    this.inner.close();
  }
}
