import {
  ClosedError,
  ContextOverflowError,
  type ForwardRequest,
  InvalidArgumentError,
  TokenOutOfRangeError,
  UnsupportedError,
} from '@foretoken/core';
import { LlamaSequence } from './llama-sequence.js';
import type { LlamaModel } from './llama-model.js';

/** A request that the engine can be handed: its native asserts would end the process. */
export interface CheckedRequest {
  readonly sequence: LlamaSequence;
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

/** @throws one of Foretoken's errors for anything a pass cannot do. */
export function checkRequests(model: LlamaModel, requests: readonly ForwardRequest[]): CheckedRequest[] {
  if (requests.length === 0) throw new InvalidArgumentError('A pass needs at least one request.');
  const checked = requests.map((request) => checkRequest(model, request));
  if (new Set(checked.map(({ sequence }) => sequence)).size < checked.length) {
    throw new InvalidArgumentError('A pass may name every sequence only once.');
  }
  const leaves = checked.reduce((sum, request) => sum + request.leaves.length, 0);
  if (leaves > model.capabilities.maximumLeaves) {
    throw new UnsupportedError(
      `The trees of a pass have ${leaves} leaves; this model takes ${model.capabilities.maximumLeaves}.`,
    );
  }
  return checked;
}

function checkRequest(model: LlamaModel, request: ForwardRequest): CheckedRequest {
  const { sequence, tokens, parents, hiddenStates = false } = request;
  if (!(sequence instanceof LlamaSequence) || sequence.model !== model) {
    throw new InvalidArgumentError('The sequence belongs to another model.');
  }
  if (sequence.closed) throw new ClosedError('The sequence is closed.');
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
  if (parents !== undefined && tokens.length > model.capabilities.maximumPassTokens) {
    throw new UnsupportedError(
      `A tree of ${tokens.length} tokens: this model takes ${model.capabilities.maximumPassTokens} in one pass.`,
    );
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
