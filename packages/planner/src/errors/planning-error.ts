import { ForetokenError } from '@foretoken/core';

/** A pipeline that cannot be planned with a profile: limits that nothing fits, or what was not measured. */
export class PlanningError extends ForetokenError {
  override readonly name = 'PlanningError';
  /** The pass that gave up. */
  readonly pass: string;

  constructor(message: string, options: ErrorOptions & { readonly pass: string }) {
    super(message, options);
    this.pass = options.pass;
  }
}
