import {
  ContextOverflowError,
  type HeadModel,
  type HeadRequest,
  InvalidArgumentError,
  TokenOutOfRangeError,
} from '@foretoken/core';

/**
 * Everything that the engine would not survive, or would compute nonsense from.
 *
 * @param width of the features asked for.
 * @throws InvalidArgumentError, TokenOutOfRangeError, ContextOverflowError.
 */
export function checkHeadRequest(
  head: HeadModel,
  { tokens, features, positions, parents }: HeadRequest,
  width: number,
): void {
  const count = tokens.length;
  if (count < 1 || count > head.maximumPassEntries) {
    throw new InvalidArgumentError(
      `A pass of ${head.name} reads 1 to ${head.maximumPassEntries} entries, not ${count}.`,
    );
  }
  if (features.length !== count || positions.length !== count) {
    throw new InvalidArgumentError(
      `${count} tokens come with ${features.length} features and ${positions.length} positions.`,
    );
  }
  if (parents !== undefined) checkParents(parents, count);
  for (let index = 0; index < count; index++) {
    const token = tokens[index] as number;
    if (!Number.isInteger(token) || token < 0 || token >= head.vocabularySize) {
      throw new TokenOutOfRangeError(
        `Token ${token}: ${head.name} has the tokens 0 to ${head.vocabularySize - 1}.`,
      );
    }
    const found = features[index]?.length;
    if (found !== width) {
      throw new InvalidArgumentError(`${head.name} takes features of width ${width}, not ${found}.`);
    }
    const position = positions[index] as number;
    const before = positions[parents?.[index] ?? index - 1] ?? -1;
    if (!Number.isInteger(position) || position <= before) {
      throw new InvalidArgumentError(`Position ${position}: give ascending whole numbers from 0.`);
    }
    if (position >= head.contextLength) {
      throw new ContextOverflowError(
        `Position ${position}: ${head.name} tells ${head.contextLength} positions apart.`,
      );
    }
  }
}

function checkParents(parents: readonly number[], count: number): void {
  if (parents.length !== count) {
    throw new InvalidArgumentError(`${count} tokens come with ${parents.length} parents.`);
  }
  for (const [index, parent] of parents.entries()) {
    if (!Number.isInteger(parent) || parent < -1 || parent >= index) {
      throw new InvalidArgumentError(
        `The parent of entry ${index} is ${parent}, not one of the entries before it or -1.`,
      );
    }
  }
}
