import { InvalidArgumentError as UsageError } from '@commander-js/extra-typings';

/** Parses names separated by commas, each one of those known. */
export function nameList(option: string, known: readonly string[]): (text: string) => readonly string[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    for (const name of names) {
      if (!known.includes(name)) {
        throw new UsageError(
          `${option} takes names separated by commas, of ${known.join(', ')}; not "${name}".`,
        );
      }
    }
    return [...new Set(names)];
  };
}
