import type { LawResult } from '../law/law-result.js';
import type { Measured } from './decide.js';
import type { Bound } from './verdict.js';

/** Every bound that "equivalent" rests on: the joint law of all audited tokens, part by part. */
export function collectBounds({ tables, engines }: Measured): Bound[] {
  const bounds: Bound[] = [];
  for (const { subject, table, laws } of tables) {
    const law = laws.at(-1);
    if (law !== undefined) {
      const cells = law.probabilities.length;
      const partition = `all ${cells} sequences of ${law.position} tokens`;
      bounds.push(boundOf('tables', law, `${subject}, table ${table}`, partition));
    }
  }
  for (const engine of engines) {
    const jointPlaces = (places: readonly LawResult[]): readonly LawResult[] => {
      const most = Math.max(0, ...places.map(({ position }) => position));
      return places.filter(({ position }) => position === most);
    };
    // The subjects of an engine share its bounds: each has too few draws for one of its own.
    const modes = { 'rows reused': engine.reusedPlaces, 'own passes': engine.ownPlaces } as const;
    for (const mode of ['rows reused', 'own passes'] as const) {
      for (const law of jointPlaces(modes[mode]))
        bounds.push(boundOf(mode, law, `${engine.name}, ${mode} of all its subjects`, placesText(law)));
    }
  }
  return bounds;
}

function boundOf(layer: Bound['layer'], law: LawResult, part: string, partition: string): Bound {
  return {
    layer,
    part,
    partition,
    cells: law.probabilities.length,
    draws: law.count,
    // Nothing drawn, nothing known.
    upper: law.interval?.upper ?? 1,
    lower: law.interval?.lower ?? 0,
  };
}

function placesText(law: LawResult): string {
  return `${law.probabilities.length} cells of equal probability, ${law.name}`;
}
