import type { Draft } from '../../contract/draft.js';
import type { DraftContext } from '../../contract/draft-context.js';
import type { DraftOutcome } from '../../contract/draft-outcome.js';
import type { DraftBudget, Drafter, HiddenStates } from '../../contract/drafter.js';
import type { ForwardResult } from '../../contract/forward.js';
import type { HeadModel } from '../../contract/head-model.js';
import { ClosedError } from '../../errors/closed-error.js';
import { drawChain } from '../draw-chain.js';
import { OwnTransform, softenedTransform } from '../own-transform.js';
import { HeadContext } from './head-context.js';

/**
 * Drafts a chain with a head, from the target's hidden state of the last token that the target has read. Its logits
 * pass through the target's own transformation.
 */
export class HeadDrafter implements Drafter {
  readonly name: string;
  readonly needsHiddenStates = true;
  readonly maximumLength: number;
  /** Of most tokens it reads the hidden states while the target gives them, asked or not. */
  readonly window: number;
  readonly readHiddenStates: Drafter['readHiddenStates'];
  protected readonly head: HeadModel;
  protected readonly context: HeadContext;
  readonly #transform = new OwnTransform();
  readonly #softened = softenedTransform();
  #closed = false;

  constructor(name: string, head: HeadModel) {
    this.name = name;
    this.head = head;
    this.maximumLength = head.maximumSteps;
    this.window = head.attends ? head.maximumPassEntries : 0;
    this.context = new HeadContext(head);
    if (head.attends) {
      this.readHiddenStates = async (states: HiddenStates, signal) => {
        this.assertOpen();
        await this.context.read(states, signal);
      };
    }
  }

  async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    this.assertOpen();
    const { tokens: committed, signal } = context;
    signal?.throwIfAborted();
    const transform = this.#transform.of(context.transform);
    // The last known hidden state is that of the last committed token but one.
    const position = committed.length - 2;
    const room = this.head.contextLength - position;
    const length = Math.min(budget.maximumTokens, this.head.maximumSteps, room);
    try {
      let result: ForwardResult | undefined;
      return await drawChain(
        this.name,
        context,
        length,
        async (history, node) => {
          result =
            node === 0
              ? await this.context.begin(committed, context.targetHiddenRows ?? [], signal)
              : await this.context.step(history.at(-1) as number, position + node, signal);
          // Without a result the target has not read anything for this drafter yet.
          return result && transform.apply(result.logits.read(0), history, node);
        },
        (history) => result && this.#softened.of(context.transform).apply(result.logits.read(0), history, 0),
      );
    } finally {
      this.context.dropSteps();
    }
  }

  observe(_outcome: DraftOutcome): void {
    // Nothing to learn: the next proposal compares what the head has read with the committed tokens.
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.context.close();
  }

  protected assertOpen(): void {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
  }
}
