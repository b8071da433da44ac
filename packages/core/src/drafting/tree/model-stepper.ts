import type { Distribution } from '../../contract/distribution.js';
import type { ForwardRequest, ForwardResult } from '../../contract/forward.js';
import type { LanguageModel } from '../../contract/language-model.js';
import type { LogitsHandle } from '../../contract/logits-handle.js';
import type { Sequence } from '../../contract/sequence.js';
import type { LogitsTransform } from '../../sampling/logits-transform.js';
import { commonLength } from '../common-length.js';
import { TextWindow } from '../text-window.js';
import type { DraftTree } from './draft-tree.js';
import type { TreeStepper } from './tree-stepper.js';

/** What one tree needs besides its nodes. */
export interface ModelStepperRound {
  /** Every committed token. */
  readonly tokens: readonly number[];
  readonly transform: LogitsTransform;
  readonly signal: AbortSignal | undefined;
}

/** A tree pass whose nodes are in the cache beside the sequence, and may still become a part of it. */
interface WaitingPass {
  /** Nodes of the draft tree, ascending. */
  readonly nodes: readonly number[];
  readonly tokens: readonly number[];
  /** Indices into `nodes`, or -1 for the end of the sequence. */
  readonly parents: readonly number[];
}

/**
 * Grows trees with a draft model, one pass a step.
 *
 * A sequence takes one tree at a time, which cannot be added to. So what all nodes of a step descend from becomes a
 * part of the sequence, and what lies between is read again together with them: level by level, a chain reads every
 * token once, and a tree reads a node once for every level below it that is read (`treePassLengths`). Leaves are never
 * read. A step to another branch rolls back to where the branches part.
 *
 * It stays in step by comparing what its cache holds with the committed tokens: whatever was committed, it keeps the
 * longest beginning of it that was read, on whichever branch.
 */
export class ModelStepper implements TreeStepper {
  readonly maximumWidth: number;
  readonly maximumNodes: number;
  /** What it reads of the committed tokens. */
  readonly window: TextWindow;
  readonly #model: LanguageModel;
  /** The tokens of the sequence. */
  readonly #cached: number[] = [];
  #sequence: Sequence | undefined;
  #waiting: WaitingPass | undefined;
  #round: ModelStepperRound | undefined;
  /** Committed tokens; while a row is transformed, those of its path too. */
  #history: number[] = [];
  /** Nodes of the draft tree that are a part of the sequence, from the root down. */
  #trunk: number[] = [];
  /** Row buffers of the transformation in use, one for every node of the tree that was asked for. */
  #slots = 0;

  constructor(model: LanguageModel) {
    this.#model = model;
    this.maximumWidth = model.capabilities.maximumLeaves;
    this.window = new TextWindow(model);
    this.maximumNodes = model.capabilities.maximumPassTokens;
  }

  /** Begins a tree; the distributions of the one before are no longer valid. */
  begin(round: ModelStepperRound): this {
    this.#round = round;
    this.#history = [...round.tokens];
    this.#trunk = [];
    this.#slots = 0;
    return this;
  }

  async step(tree: DraftTree, nodes: readonly number[]): Promise<readonly Distribution[]> {
    const [first] = nodes as [number];
    if (first < 0) {
      const logits = await this.#readChain(this.#unreadTokens());
      return [this.#transform(logits, [], 0)];
    }
    const paths = nodes.map((node) => tree.path(node));
    this.#turnTo(commonBeginning(paths));
    if (nodes.length === 1) {
      const [path] = paths as [number[]];
      const unread = path.slice(this.#trunk.length);
      const logits = await this.#readChain(unread.map((node) => tree.tokens[node] as number));
      this.#trunk.push(...unread);
      return [this.#transform(logits, path, 0, tree)];
    }
    const logits = await this.#readTree(tree, paths);
    return paths.map((path, row) => this.#transform(logits, path, row, tree));
  }

  close(): void {
    this.#sequence?.close();
    this.#sequence = undefined;
  }

  /** Brings the sequence in step with the committed tokens, and returns those that it lacks. */
  #unreadTokens(): number[] {
    this.#sequence ??= this.#model.createSequence();
    const history = this.window.of(this.#history);
    // At least the last token is read again: its logits are what is wanted.
    const most = history.length - 1;
    const kept = Math.min(commonLength(this.#cached, history), most);
    if (kept < this.#cached.length) {
      this.#sequence.doRollback(kept);
      this.#waiting = undefined;
      this.#cached.length = kept;
    } else {
      this.#commit(longestMatch(this.#waiting, history.slice(kept, most)));
    }
    return history.slice(this.#cached.length);
  }

  /** The trunk becomes as much of `path` as was read and not dropped since; what else waits is dropped. */
  #turnTo(path: readonly number[]): void {
    const shared = commonLength(this.#trunk, path);
    if (shared < this.#trunk.length) {
      this.#cached.length -= this.#trunk.length - shared;
      this.#sequence?.doRollback(this.#cached.length);
      this.#waiting = undefined;
      this.#trunk.length = shared;
      return;
    }
    const waiting = this.#waiting?.nodes ?? [];
    const missing = path.findIndex((node, depth) => depth >= shared && !waiting.includes(node));
    const added = path.slice(shared, missing < 0 ? undefined : missing);
    this.#commit(added.map((node) => waiting.indexOf(node)));
    this.#trunk.push(...added);
  }

  /** Ends the waiting tree pass, with a path of it in the sequence. */
  #commit(path: readonly number[]): void {
    if (this.#waiting === undefined) return;
    this.#sequence?.doCommitPath(path);
    for (const at of path) this.#cached.push(this.#waiting.tokens[at] as number);
    this.#waiting = undefined;
  }

  async #readChain(tokens: readonly number[]): Promise<LogitsHandle> {
    const { logits } = await this.#forward({ tokens, rows: 'last' });
    this.#cached.push(...tokens);
    return logits;
  }

  /** Reads the ends of the paths, with what leads to them beyond the trunk; the rows after the ends. */
  async #readTree(tree: DraftTree, paths: readonly (readonly number[])[]): Promise<LogitsHandle> {
    const nodes = [...new Set(paths.flatMap((path) => path.slice(this.#trunk.length)))].toSorted(
      (left, right) => left - right,
    );
    const tokens = nodes.map((node) => tree.tokens[node] as number);
    const parents = nodes.map((node) => nodes.indexOf(tree.parents[node] as number));
    const rows = paths.map((path) => nodes.indexOf(path.at(-1) as number));
    const { logits } = await this.#forward({ tokens, parents, rows });
    this.#waiting = { nodes, tokens, parents };
    return logits;
  }

  async #forward(request: Omit<ForwardRequest, 'sequence'>): Promise<ForwardResult> {
    const { signal } = this.#round as ModelStepperRound;
    const sequence = this.#sequence as Sequence;
    const [result] = await this.#model.forward([{ ...request, sequence }], { signal });
    return result as ForwardResult;
  }

  /** A row's distribution, with its own history. */
  #transform(logits: LogitsHandle, path: readonly number[], row: number, tree?: DraftTree): Distribution {
    const history = this.#history;
    const committedLength = history.length;
    for (const node of path) history.push(tree?.tokens[node] as number);
    const { transform } = this.#round as ModelStepperRound;
    const distribution = transform.apply(logits.read(row), history, this.#slots);
    this.#slots += 1;
    history.length = committedLength;
    return distribution;
  }
}

/** The nodes that all paths begin with, their ends not counted. */
function commonBeginning(paths: readonly (readonly number[])[]): number[] {
  const [first] = paths as [readonly number[]];
  const length = paths.reduce((least, path) => Math.min(least, commonLength(first, path)), first.length - 1);
  return first.slice(0, length);
}

/** The longest path of a pass that is a beginning of `text`, as indices into the pass. */
function longestMatch(pass: WaitingPass | undefined, text: readonly number[]): number[] {
  let longest: readonly number[] = [];
  const matches: (readonly number[] | undefined)[] = [];
  for (const [at, token] of (pass?.tokens ?? []).entries()) {
    const parent = pass?.parents[at] as number;
    const before = parent < 0 ? [] : matches[parent];
    if (before === undefined || text[before.length] !== token) continue;
    const path = [...before, at];
    matches[at] = path;
    if (path.length > longest.length) longest = path;
  }
  return [...longest];
}
