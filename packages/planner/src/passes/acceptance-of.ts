import type { AcceptanceData } from '../prediction/acceptance-data.js';
import type { Candidate, Program } from './program.js';

/** Rules in the order in which the acceptance of one stands for that of another that was not measured. */
const standIns = ['block', 'tokenwise', 'sample-match'];

/** What is known of a candidate's acceptance under the program's rule, or under the nearest that was measured. */
export function acceptanceOf({ rule }: Pick<Program, 'rule'>, { acceptance }: Candidate): AcceptanceData {
  for (const name of rule === undefined ? standIns : [rule, ...standIns]) {
    const data = acceptance.get(name);
    if (data !== undefined) return data;
  }
  return [...acceptance.values()][0] as AcceptanceData;
}
