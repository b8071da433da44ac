import type { LanguageModel, MemoryUse } from '@foretoken/core';
import type { ModelConfiguration } from '../profile/profile-schema.js';

/** A loaded model, and what it does not say of itself. */
export interface ProfiledModel {
  /** What the profile calls it; target and draft have different ones. */
  readonly id: string;
  readonly model: LanguageModel;
  /** The file that it was loaded from. */
  readonly file: string;
  /** CPU threads that were asked for; undefined: the engine chose. */
  readonly threads: number | undefined;
  /** Bytes that its file lets expect, as far as they can be told. */
  readonly predictedMemory?: Partial<MemoryUse> | undefined;
}

export function configurationOf({ id, model, threads }: ProfiledModel): ModelConfiguration {
  const { engine, device, weightFormat } = model.capabilities;
  const { contextLength } = model;
  return { model: id, engine, device, weightFormat, threads: threads ?? null, contextLength };
}
