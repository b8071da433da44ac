import { existsSync } from 'node:fs';
import { InvalidArgumentError, InvalidModelFileError } from '@foretoken/core';
import { assertEmbeddedTarget, draftsTrees, headNames, isHeadName } from '../engines/heads.js';
import { draftModel } from './draft-model.js';
import { withoutModel } from './draft-names.js';
import { draftOf, draftParts, isModelPart } from './draft-parts.js';
import type { ModelSelection } from './model-options.js';

/**
 * The drafters that are asked for, none to several.
 *
 * @throws InvalidArgumentError for options that mean nothing together, naming one of them, and for a draft that is none;
 * InvalidModelFileError for one that is not there; as `draftModel`. All before anything is loaded.
 */
export function checkDraftSelection(selection: ModelSelection): readonly string[] {
  const {
    model,
    corpus = [],
    nGramStore,
    source,
    foreignDraft,
    tree,
    combine,
    stage,
    route,
    draftBackend,
  } = selection;
  const parts = draftParts(draftOf(selection));
  const models = parts.filter(isModelPart);
  const refuseWhere = (meaningless: boolean, message: string): void => {
    if (meaningless) throw new InvalidArgumentError(message);
  };
  const has = (name: string): boolean => parts.includes(name) || stage === name;

  refuseWhere(
    parts.length > 1 && (parts.includes('none') || new Set(parts).size < parts.length),
    `--draft ${parts.join('+')}: join drafters that are all different, and none of them "none".`,
  );
  refuseWhere(models.length > 1, `--draft names ${models.join(' and ')}: one draft model is the most.`);
  refuseWhere(
    combine !== undefined && parts.length < 2,
    '--combine says how several drafters work together: join them, as in --draft prompt-lookup+embedded.',
  );
  refuseWhere(
    source !== undefined && !has('input-copy'),
    '--source is what --draft input-copy copies from: give both.',
  );
  refuseWhere(
    !has('n-gram') && (corpus.length > 0 || nGramStore !== undefined),
    '--corpus and --n-gram-store are for n-gram drafting: add --draft n-gram, or leave them out.',
  );
  refuseWhere(
    foreignDraft !== undefined && models.length === 0,
    '--foreign-draft says how a draft model is used: name one with --draft.',
  );
  refuseWhere(
    draftBackend !== undefined && models.length === 0,
    '--draft-backend is the engine of a draft model: name one with --draft.',
  );
  refuseWhere(
    stage !== undefined && models.length === 0,
    "--stage guesses a draft model's tokens: name one with --draft.",
  );
  refuseWhere(
    stage !== undefined && (foreignDraft !== undefined || tree !== undefined),
    "--stage makes chains with a draft model of the target's vocabulary: leave --foreign-draft and --tree out.",
  );
  refuseWhere(
    route !== undefined && (models.length === 0 || foreignDraft !== undefined),
    "--route lets the draft model answer alone: name one of the target's vocabulary with --draft, no head or text.",
  );
  const heads = parts.filter(isHeadName);
  refuseWhere(
    tree !== undefined && (foreignDraft !== undefined || (models.length === 0 && !heads.some(draftsTrees))),
    '--tree needs a draft model of the target\'s vocabulary or a head that drafts trees: give --draft a GGUF file, "embedded", or eagle or hass.',
  );
  refuseWhere(
    tree !== undefined && tree.kind === undefined && models.length === 0,
    '--tree auto goes by the passes of a draft model: with a head give a shape, such as --tree 2,2,1.',
  );
  for (const head of heads) assertEmbeddedTarget(`--draft ${head}`, model);
  for (const part of models) assertThere(part, draftModel(part, model).file, model);
  return parts.filter((part) => part !== 'none');
}

/** @throws InvalidModelFileError; InvalidArgumentError for a word, which is more likely a drafter's name, misspelt. */
function assertThere(name: string, file: string, target: string): void {
  if (file === target || existsSync(file)) return;
  if (/[\\/.]/.test(name)) throw new InvalidModelFileError(`${file}: there is no such file.`);
  const names = [...withoutModel, ...headNames, 'embedded', 'early-exit:N', 'skip-layers:A,B', 'none'];
  throw new InvalidArgumentError(
    `--draft ${name} is no drafter and no file: drafters are ${names.join(', ')}.`,
  );
}
