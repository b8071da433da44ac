import { ForetokenError } from '@foretoken/core';

/** A profile of another machine, other models or other library versions. */
export class ProfileMismatchError extends ForetokenError {
  override readonly name = 'ProfileMismatchError';
  readonly file: string;
  /** One line for each difference. */
  readonly differences: readonly string[];

  constructor(file: string, differences: readonly string[], advice: string) {
    super(`${file} was measured elsewhere: ${differences.join('; ')}. ${advice}`);
    this.file = file;
    this.differences = differences;
  }
}
