import { InvalidArgumentError } from '@foretoken/core';

/** A model as `owner/model` or `owner/model:choice` names it. */
export interface ModelName {
  /** `owner/model`. */
  readonly repository: string;
  /** A file of the repository, or a quantisation. */
  readonly choice: string | undefined;
}

const pattern = /^([a-z\d][\w.-]*\/[a-z\d][\w.-]*)(?::(.+))?$/i;

/** Parses a model's name; undefined where it is none. */
export function parseModelName(text: string): ModelName | undefined {
  const [, repository, choice] = pattern.exec(text) ?? [];
  // The cache's folders have "--" for the slash.
  if (repository === undefined || /--|\.\./.test(repository)) return undefined;
  return { repository, choice };
}

/** @throws InvalidArgumentError where the text names no model. */
export function requireModelName(text: string): ModelName {
  const name = parseModelName(text);
  if (name === undefined) {
    throw new InvalidArgumentError(
      `"${text}" names no model of the hub: write owner/model, then a quantisation or a file where there are several, as in owner/model:Q4_K_M.`,
    );
  }
  return name;
}
