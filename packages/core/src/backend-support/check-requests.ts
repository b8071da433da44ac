import type { Capabilities } from '../contract/capabilities.js';
import type { ForwardRequest } from '../contract/forward.js';
import { ClosedError } from '../errors/closed-error.js';
import { ContextOverflowError } from '../errors/context-overflow-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { TokenOutOfRangeError } from '../errors/token-out-of-range-error.js';
import { UnsupportedError } from '../errors/unsupported-error.js';
import { EngineSequence } from './engine-sequence.js';

/** A request that an engine can be handed: its native asserts would end the process. */
export interface CheckedRequest<Kind extends EngineSequence = EngineSequence> {
  readonly sequence: Kind;
  readonly tokens: readonly number[];
  /** Undefined for a chain. */
  readonly parents: readonly number[] | undefined;
  /** Position of every token after the sequence's end, from 0. */
  readonly depths: readonly number[];
  /** Nodes without children, of a tree. */
  readonly leaves: readonly number[];
  /** Indices of the wanted rows, ascending. */
  readonly rows: readonly number[];
  readonly hiddenStates: boolean;
}

/** What a request is checked against. */
export interface CheckingModel {
  readonly name: string;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly capabilities: Capabilities;
  /** Leaves that new trees may have now. */
  readonly availableLeaves: number;
}

/** @throws one of Foretoken's errors for anything a pass cannot do. */
export function checkRequests(model: CheckingModel, requests: readonly ForwardRequest[]): CheckedRequest[] {
  if (requests.length === 0) throw new InvalidArgumentError('A pass needs at least one request.');
  const checked = requests.map((request) => checkRequest(model, request));
  if (new Set(checked.map(({ sequence }) => sequence)).size < checked.length) {
    throw new InvalidArgumentError('A pass may name every sequence only once.');
  }
  const leaves = checked.reduce((sum, request) => sum + request.leaves.length, 0);
  if (leaves > model.availableLeaves) {
    throw new UnsupportedError(
      `The trees of a pass have ${leaves} leaves; this model takes ${model.capabilities.maximumLeaves}, less those of trees that wait for doCommitPath: ${model.availableLeaves} now.`,
    );
  }
  return checked;
}

function checkRequest(model: CheckingModel, request: ForwardRequest): CheckedRequest {
  const { sequence, tokens, parents, hiddenStates = false } = request;
  if (!(sequence instanceof EngineSequence) || sequence.model !== model) {
    throw new InvalidArgumentError('The sequence belongs to another model.');
  }
  if (sequence.closed) throw new ClosedError('The sequence is closed.');
  if (sequence.failure !== undefined) throw sequence.failure;
  if (sequence.pendingTree !== undefined) {
    throw new InvalidArgumentError('The sequence has a tree pass that waits for doCommitPath or doRollback.');
  }
  if (tokens.length === 0) throw new InvalidArgumentError('A request needs at least one token.');
  for (const [index, token] of tokens.entries()) {
    if (!Number.isInteger(token) || token < 0 || token >= model.vocabularySize) {
      throw new TokenOutOfRangeError(
        `Token ${token} at index ${index}: ${model.name} has the tokens 0 to ${model.vocabularySize - 1}.`,
      );
    }
  }
  const depths = parents === undefined ? [...tokens.keys()] : treeDepths(tokens.length, parents);
  const longest = sequence.length + depths.reduce((deepest, depth) => Math.max(deepest, depth), 0) + 1;
  if (longest > model.contextLength) {
    throw new ContextOverflowError(
      `${longest} tokens do not fit the context of ${model.contextLength}: shorten the prompt or load the model with a larger contextLength.`,
    );
  }
  if (parents !== undefined && !model.capabilities.rollback) {
    throw new UnsupportedError(
      `${model.name} takes no trees, not even chains written as one: its recurrent state cannot go back to a path.`,
    );
  }
  if (parents !== undefined && tokens.length > model.capabilities.maximumPassTokens) {
    throw new UnsupportedError(
      `A tree of ${tokens.length} tokens: this model takes ${model.capabilities.maximumPassTokens} in one pass.`,
    );
  }
  if (hiddenStates && model.capabilities.hiddenStateWidth === undefined) {
    throw new UnsupportedError(`${model.name} gives no hidden states.`);
  }
  return {
    sequence,
    tokens: [...tokens],
    parents: parents && [...parents],
    depths,
    leaves: parents === undefined ? [] : leavesOf(parents),
    rows: wantedRows(request),
    hiddenStates,
  };
}

function treeDepths(count: number, parents: readonly number[]): number[] {
  if (parents.length !== count) {
    throw new InvalidArgumentError(
      `A tree of ${count} tokens has ${parents.length} parents; it needs one for each.`,
    );
  }
  const depths: number[] = [];
  for (const [node, parent] of parents.entries()) {
    if (!Number.isInteger(parent) || parent < -1 || parent >= node) {
      throw new InvalidArgumentError(`The parent of node ${node} is ${parent}: give -1 or an earlier node.`);
    }
    depths.push(parent < 0 ? 0 : (depths[parent] as number) + 1);
  }
  return depths;
}

function leavesOf(parents: readonly number[]): number[] {
  const inner = new Set(parents);
  return [...parents.keys()].filter((node) => !inner.has(node));
}

function wantedRows({ rows, tokens }: ForwardRequest): number[] {
  if (rows === 'none') return [];
  if (rows === 'last') return [tokens.length - 1];
  if (rows === 'all') return [...tokens.keys()];
  if (typeof rows === 'string') {
    throw new InvalidArgumentError(`rows must be all, last, none or a list of indices, not ${String(rows)}.`);
  }
  for (const [index, row] of rows.entries()) {
    const previous = index === 0 ? -1 : (rows[index - 1] as number);
    if (!Number.isInteger(row) || row <= previous || row >= tokens.length) {
      throw new InvalidArgumentError(
        `Row ${row} at index ${index}: give ascending indices from 0 to ${tokens.length - 1}.`,
      );
    }
  }
  return [...rows];
}
