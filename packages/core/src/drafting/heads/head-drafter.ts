import type { Distribution } from '../../contract/distribution.js';
import type { Draft } from '../../contract/draft.js';
import type { DraftContext } from '../../contract/draft-context.js';
import type { DraftBudget, Drafter, HiddenStates } from '../../contract/drafter.js';
import type { ForwardResult } from '../../contract/forward.js';
import type { HeadModel } from '../../contract/head-model.js';
import { ClosedError } from '../../errors/closed-error.js';
import { drawToken, probabilityOf } from '../../sampling/draw.js';
import type { LogitsTransform } from '../../sampling/logits-transform.js';
import { HeadContext } from './head-context.js';

/**
 * Drafts a chain with a head, from the target's hidden state of the last token that the target has read. Its logits
 * pass through the target's own transformation.
 */
export class HeadDrafter implements Drafter {
  readonly name: string;
  readonly needsHiddenStates = true;
  readonly maximumLength: number;
  readonly readHiddenStates: Drafter['readHiddenStates'];
  readonly #head: HeadModel;
  readonly #context: HeadContext;
  #transform: { readonly source: LogitsTransform; readonly own: LogitsTransform } | undefined;
  #closed = false;

  constructor(name: string, head: HeadModel) {
    this.name = name;
    this.#head = head;
    this.maximumLength = head.maximumSteps;
    this.#context = new HeadContext(head);
    if (head.attends) {
      this.readHiddenStates = async (states: HiddenStates, signal) => {
        this.#assertOpen();
        await this.#context.read(states, signal);
      };
    }
  }

  async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    this.#assertOpen();
    const { tokens: committed, signal } = context;
    signal?.throwIfAborted();
    const transform = this.#ownTransform(context.transform);
    const history = [...committed];
    const tokens: number[] = [];
    const distributions: Distribution[] = [];
    // The last known hidden state is that of the last committed token but one.
    const position = committed.length - 2;
    const room = this.#head.contextLength - position;
    const length = Math.min(budget.maximumTokens, this.#head.maximumSteps, room);
    try {
      for (let node = 0; node < length; node++) {
        const result: ForwardResult | undefined =
          node === 0
            ? await this.#context.begin(committed, context.targetHiddenRows ?? [], signal)
            : await this.#context.step(tokens[node - 1] as number, position + node, signal);
        // The target has not read anything for this drafter yet.
        if (result === undefined) break;
        const distribution = transform.apply(result.logits.read(0), history, node);
        const token = drawToken(distribution, context.random.uniform('draft', 0, node, 0));
        tokens.push(token);
        distributions.push(distribution);
        history.push(token);
        const probability = probabilityOf(distribution, token);
        if (context.shouldStop?.({ token, probability, depth: node }) === true) break;
      }
    } finally {
      this.#context.dropSteps();
    }
    return {
      tokens,
      parents: tokens.map((_, node) => node - 1),
      distributions,
      drafters: tokens.map(() => this.name),
    };
  }

  observe(): void {
    // Nothing to learn: the next proposal compares what the head has read with the committed tokens.
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#context.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
  }

  /** Row buffers of its own: the target's rows use the request's. */
  #ownTransform(source: LogitsTransform): LogitsTransform {
    if (this.#transform?.source !== source) this.#transform = { source, own: source.clone() };
    return this.#transform.own;
  }
}
