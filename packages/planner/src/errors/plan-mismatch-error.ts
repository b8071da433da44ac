import { ForetokenError } from '@foretoken/core';

/** A plan for another machine, other models or other library versions. */
export class PlanMismatchError extends ForetokenError {
  override readonly name = 'PlanMismatchError';
  readonly file: string;
  /** One line for each difference. */
  readonly differences: readonly string[];

  constructor(file: string, differences: readonly string[], advice: string) {
    super(`${file} was made for something else: ${differences.join('; ')}. ${advice}`);
    this.file = file;
    this.differences = differences;
  }
}
