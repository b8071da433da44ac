import type { AcceptanceData } from '../prediction/acceptance-data.js';
import { bestLength, longestDraft } from '../prediction/evaluate-drafting.js';
import { stateAcceptance, stateOf } from '../prediction/state-acceptance.js';
import { acceptanceOf } from './acceptance-of.js';
import type { Candidate, LengthTable, Pass, Program } from './program.js';

/** Steps of the acceptance in which the best length is looked for. */
const states = 100;

/**
 * Computes for every drafter the best draft length in each state of its text, as far as the conditional acceptance tells
 * it: what the run-time controller looks up instead of solving it in every round. One that drafts trees has a table too, for
 * rules that take chains alone.
 */
export const lengthTables: Pass = {
  name: 'length-tables',
  run(program) {
    const decisions: string[] = [];
    const scheduled = program.candidates.map((candidate) => {
      const data = acceptanceOf(program, candidate);
      const table = lengthTable(program, candidate, data);
      const ranges = table.acceptance.map(
        (from, index) => `${table.lengths[index] as number} from ${from.toFixed(2)}`,
      );
      const measured = stateOf(data, Math.max(1, ...table.lengths));
      decisions.push(
        `${candidate.label}, tokens by conditional acceptance: ${ranges.join(', ')}; measured was ${measured.toFixed(2)}`,
      );
      return { candidate, table };
    });
    if (scheduled.length === 0) decisions.push('nothing drafts');
    return { program: { ...program, drafters: scheduled }, decisions };
  },
};

function lengthTable(program: Program, candidate: Candidate, data: AcceptanceData): LengthTable {
  const longest = longestDraft(candidate, program.pipeline, data);
  const first = tableFor(program, candidate, data, longest);
  // States are told by drafts as long as the table's longest, so they are sought again with that.
  return tableFor(program, candidate, data, Math.max(1, ...first.lengths));
}

/** Lengths never fall as acceptance rises; states of one length are one. */
function tableFor(program: Program, candidate: Candidate, data: AcceptanceData, toldBy: number): LengthTable {
  const acceptance = [0];
  const lengths = [0];
  let longest = 0;
  for (let step = 1; step < states; step++) {
    const state = step / states;
    const { length = 0 } =
      bestLength(candidate, program.pipeline, stateAcceptance(data, state, toldBy)) ?? {};
    if (length <= longest) continue;
    longest = length;
    acceptance.push(state);
    lengths.push(length);
  }
  return { acceptance, lengths };
}
