import {
  createEagleDrafter,
  createMlpSpeculatorDrafter,
  type Drafter,
  type DraftTreeKind,
  type HeadModel,
  InvalidArgumentError,
  type LanguageModel,
} from '@foretoken/core';
import type { ProfiledHead } from '@foretoken/planner';
import { tinyHeads, tinyModels } from '@foretoken/tiny-models';
import type { EngineSelection } from './backends.js';

type HeadName = keyof typeof tinyHeads;

/** The heads that draft for the embedded target. */
export const headNames = Object.keys(tinyHeads) as readonly HeadName[];

export function isHeadName(name: string): name is HeadName {
  return Object.hasOwn(tinyHeads, name);
}

/**
 * @param option the head, as it was asked for.
 * @throws InvalidArgumentError for another target than the embedded one.
 */
export function assertEmbeddedTarget(option: string, model: string): void {
  if (model === 'embedded') return;
  throw new InvalidArgumentError(
    `${option} was trained for the embedded target and drafts for no other: leave --model out, or choose another draft.`,
  );
}

/** Loads a head of the embedded target. It runs on ONNX Runtime, on whichever engine the target runs. */
export async function openHead(
  name: HeadName,
  { threads, access }: Pick<EngineSelection, 'threads' | 'access'>,
  signal: AbortSignal | undefined,
): Promise<HeadModel> {
  const { loadHead } = await import('@foretoken/onnx-backend');
  return loadHead(tinyHeads[name], { target: tinyModels.target, threads, access, signal });
}

/** A head of the embedded target as profiles take it. */
export async function profiledHead(model: HeadModel): Promise<ProfiledHead | undefined> {
  if (!isHeadName(model.name)) return undefined;
  const { predictHeadMemory } = await import('@foretoken/onnx-backend');
  const file = tinyHeads[model.name];
  return { model, file, predictedMemory: await predictHeadMemory(file, { target: tinyModels.target }) };
}

/** Whether a head drafts trees too. */
export function draftsTrees(name: HeadName): boolean {
  return name !== 'mlp-speculator';
}

export function createHeadDrafter(head: HeadModel, target: LanguageModel, tree?: DraftTreeKind): Drafter {
  return head.attends
    ? createEagleDrafter({ head, target, tree })
    : createMlpSpeculatorDrafter({ head, target });
}
