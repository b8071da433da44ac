import { check } from '../conformance-case.js';
import {
  checkSame,
  type ConformanceBody,
  type ConformanceModel,
  logProbabilities,
  next,
  pass,
} from './conformance-model.js';

/** Two roots, branches of unequal depth, and siblings with the same token. */
const parents = [-1, 0, 0, 1, -1, 4, 2, 2];
const paths = [[0, 1, 3], [0, 2, 6], [0, 2, 7], [4, 5], [0], []];

/** Laws of tree passes: every path from the root is the chain of its tokens. */
export const treeLaws: Readonly<Record<string, ConformanceBody>> = {
  async 'every node of a tree pass has the row of its own chain'(under) {
    if (!takesTrees(under)) return;
    const prefix = under.text(40, 5);
    const tokens = treeTokens(under);
    const sequence = under.model.createSequence();
    await pass({ sequence, tokens: prefix, rows: 'none' });
    const result = await pass({ sequence, tokens, parents, rows: 'all' });
    const rows = tokens.map((_, node) => logProbabilities(result, node));
    check(sequence.length === prefix.length, `a tree pass changed the length to ${sequence.length}`);
    sequence.close();
    for (const [node, row] of rows.entries()) {
      const chain = pathTo(node).map((at) => tokens[at] as number);
      checkSame(`node ${node}`, under, row, await under.after([...prefix, ...chain]));
    }
  },

  async 'a committed path is in the cache, and nothing else of the tree'(under) {
    if (!takesTrees(under)) return;
    const prefix = under.text(41, 4);
    const tokens = treeTokens(under);
    const more = under.text(42, 2);
    for (const path of paths) {
      const sequence = under.model.createSequence();
      await pass({ sequence, tokens: prefix, rows: 'none' });
      await pass({ sequence, tokens, parents, rows: 'none' });
      sequence.doCommitPath(path);
      check(
        sequence.length === prefix.length + path.length,
        `the length is ${sequence.length} after a path of ${path.length}`,
      );
      const row = await next(sequence, more);
      sequence.close();
      const chain = path.map((node) => tokens[node] as number);
      checkSame(`the path ${path.join(', ')}`, under, row, await under.after([...prefix, ...chain, ...more]));
    }
  },

  async 'tree rounds follow one another, with other sequences beside them'(under) {
    if (!takesTrees(under)) return;
    const tokens = treeTokens(under);
    const history = under.text(43, 4);
    const beside = under.text(44, 4);
    const [sequence, other] = [under.model.createSequence(), under.model.createSequence()];
    await pass({ sequence, tokens: history, rows: 'none' });
    await pass({ sequence: other, tokens: beside, rows: 'none' });
    for (const path of [paths[1], paths[3], paths[0]] as number[][]) {
      await pass({ sequence, tokens, parents, rows: 'none' });
      await pass({ sequence: other, tokens: tokens.slice(0, 2), rows: 'none' });
      sequence.doCommitPath(path);
      history.push(...path.map((node) => tokens[node] as number));
      beside.push(...tokens.slice(0, 2));
    }
    const [row, otherRow] = [await next(sequence, [1]), await next(other, [1])];
    sequence.close();
    other.close();
    checkSame('the tree sequence', under, row, await under.after([...history, 1]));
    checkSame('the sequence beside it', under, otherRow, await under.after([...beside, 1]));
  },

  async 'a rollback drops a tree that waits'(under) {
    if (!takesTrees(under)) return;
    const prefix = under.text(45, 5);
    const sequence = under.model.createSequence();
    await pass({ sequence, tokens: prefix, rows: 'none' });
    await pass({ sequence, tokens: treeTokens(under), parents, rows: 'none' });
    sequence.doRollback(3);
    const more = under.text(46, 2);
    const row = await next(sequence, more);
    sequence.close();
    checkSame('after the rollback', under, row, await under.after([...prefix.slice(0, 3), ...more]));
  },

  async 'a chain written as a tree is the chain'(under) {
    const tokens = under.text(47, 5);
    const sequence = under.model.createSequence();
    const result = await pass({ sequence, tokens, parents: tokens.map((_, node) => node - 1), rows: 'last' });
    const row = logProbabilities(result, 0);
    sequence.doCommitPath([...tokens.keys()]);
    const more = await next(sequence, [2]);
    sequence.close();
    checkSame('the last node', under, row, await under.after(tokens));
    checkSame('what follows', under, more, await under.after([...tokens, 2]));
  },
};

function takesTrees({ model }: ConformanceModel): boolean {
  return model.capabilities.maximumLeaves >= parents.filter((_, node) => !parents.includes(node)).length;
}

function treeTokens({ text }: ConformanceModel): number[] {
  const tokens = text(48, parents.length);
  tokens[7] = tokens[6] as number;
  return tokens;
}

function pathTo(node: number): number[] {
  const path: number[] = [];
  for (let at = node; at >= 0; at = parents[at] as number) path.push(at);
  return path.toReversed();
}
