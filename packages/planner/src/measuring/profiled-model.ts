import type { LanguageModel, MemoryUse } from '@foretoken/core';
import type { ModelConfiguration } from '../profile/profile-schema.js';

/** A loaded model, and what it does not say of itself. */
export interface ProfiledModel {
  /** What the profile calls it; target and draft have different ones. */
  readonly id: string;
  readonly model: LanguageModel;
  /** The file that it was loaded from, or that it was requantised from. */
  readonly file: string;
  /** The format that its weights were brought into, by the name that asks for it; default: what the model says. */
  readonly weightFormat?: string | undefined;
  /** Format of the key-value cache that was asked for, other than what the engine chooses by itself. */
  readonly cacheType?: string | undefined;
  /** CPU threads that were asked for; undefined: the engine chose. */
  readonly threads: number | undefined;
  /** Layers that were asked to be on a GPU; undefined: none, or all as the device has it. */
  readonly gpuLayers?: number | undefined;
  /** Bytes that its file lets expect, as far as they can be told. */
  readonly predictedMemory?: Partial<MemoryUse> | undefined;
}

export function configurationOf({
  id,
  model,
  threads,
  cacheType,
  gpuLayers = 0,
  ...asked
}: ProfiledModel): ModelConfiguration {
  const { engine, device } = model.capabilities;
  const weightFormat = asked.weightFormat ?? model.capabilities.weightFormat;
  const { contextLength } = model;
  const loaded = { model: id, engine, device, weightFormat, threads: threads ?? null, contextLength };
  return {
    ...loaded,
    ...(cacheType === undefined ? {} : { cacheType }),
    ...(gpuLayers === 0 ? {} : { gpuLayers }),
  };
}
