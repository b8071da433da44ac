import type { EndpointAudit, LawResult, PairAudit, SampleAudit } from '@foretoken/audit';
import Table from 'cli-table3';
import { colours } from './colours.js';

/** What an audit of a server measured, as tables under their titles. */
export function endpointAuditLines(audit: EndpointAudit): string[] {
  return audit.mode === 'samples against samples' ? pairLines(audit) : sampleLines(audit);
}

function sampleLines(audit: SampleAudit): string[] {
  const { source, draws, planned, ended, tokens, prompts, laws, drift, seconds, firstToken } = audit;
  const { places = [], ranks = [], histories = [] } = audit;
  const unreported = Math.max(...prompts.map((prompt) => prompt.unreported));
  const watched = firstToken === undefined ? places : [firstToken, ...places];
  return [
    colours.bold(`${source}: samples against reported probabilities`),
    `${draws} of ${planned} draws of ${tokens} tokens after ${prompts.length} prompts in ${seconds.toFixed(1)} s${ended > 0 ? `, and ${ended} that ended early` : ''}; ${laws} reported laws, up to ${percent(unreported)} of the first token's mass not reported, two reports for one history up to ${drift.toExponential(1)} apart.`,
    draftText(audit.drafted),
    table(
      ['law', 'cells', 'draws', 'p', 'total variation'],
      watched.map((law) => [
        law.name,
        String(law.probabilities.length),
        String(law.count),
        pText(law.pValue),
        intervalText(law),
      ]),
    ),
    ...(firstToken === undefined
      ? []
      : [`Tokens that share a cell in the first law: ${percent(firstToken.pooledMass)} of the mass.`]),
    table(
      ['token after its history', 'histories', 'cells', 'draws', 'chi-square (df)', 'p'],
      histories.map((result) => [
        String(result.position),
        String(result.tables),
        String(result.cells),
        String(result.draws),
        `${result.statistic.toFixed(1)} (${result.degreesOfFreedom})`,
        draws < planned ? `${pText(result.pValue)}, not counted` : pText(result.pValue),
      ]),
    ),
    table(
      ['rank in its law', ...ranks.map(({ position }) => `token ${position}: observed (expected)`)],
      (ranks[0]?.ranks ?? []).map(({ name }, index) => [
        name,
        ...ranks.map((rank) => {
          const { observed = 0, expected = 0 } = rank.ranks[index] ?? {};
          return `${observed} (${expected.toFixed(1)})`;
        }),
      ]),
    ),
  ];
}

function pairLines(audit: PairAudit): string[] {
  const { sources, draws, planned, tokens, prompts, seconds, byToken, homogeneity, sequences, distance } =
    audit;
  return [
    colours.bold(`${sources[0]} against ${sources[1]}: samples`),
    `${draws} of ${planned} draws of ${tokens} tokens from either after ${prompts.length} prompts in ${seconds.toFixed(1)} s; compared by ${byToken ? 'token' : 'text'}.`,
    ...audit.drafted.map((drafted, side) => `${side === 0 ? 'First' : 'Second'}: ${draftText(drafted)}`),
    table(
      ['outcome', 'cells', 'G (df)', 'p', 'furthest off'],
      homogeneity.map((result) => [
        result.position === undefined
          ? 'texts'
          : result.position === 1
            ? 'first token'
            : `first ${result.position} tokens`,
        String(result.cells),
        `${result.statistic.toFixed(1)} (${result.degreesOfFreedom})`,
        pText(result.pValue),
        result.worst === undefined
          ? ''
          : `${JSON.stringify(result.worst.text)}: ${result.worst.counts[0]} against ${result.worst.counts[1]}`,
      ]),
    ),
    ...(sequences === undefined
      ? []
      : [
          `Similarity of whole sequences (${sequences.kernel} kernel, up to ${sequences.used} draws a prompt): p ${pText(sequences.pValue)}.`,
        ]),
    ...(distance === undefined
      ? []
      : [
          `Total variation over ${distance.cells} cells that the first ${distance.pilot} pairs chose: ${distance.lower.toFixed(3)} to ${distance.upper.toFixed(3)} after ${distance.counted} more; ${percent(distance.pooledShare)} of the draws share a cell with others.`,
        ]),
  ];
}

function draftText(drafted: SampleAudit['drafted']): string {
  if (drafted === undefined) return 'The server does not say whether tokens were drafted.';
  const { proposed, accepted } = drafted;
  return proposed === 0
    ? 'No tokens were drafted in these draws.'
    : `${proposed} tokens were drafted in these draws, ${accepted} of them accepted.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const made = new Table({ head: [...head], style: { head: [], border: [] } });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

function intervalText({ interval, impossible }: LawResult): string {
  if (interval === undefined) return 'nothing drawn';
  const ruledOut = impossible > 0 ? `, ${impossible} ruled out` : '';
  return `${interval.lower.toFixed(3)} to ${interval.upper.toFixed(3)}${ruledOut}`;
}

function pText(pValue: number): string {
  return pValue < 0.001 ? pValue.toExponential(1) : pValue.toFixed(3);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
