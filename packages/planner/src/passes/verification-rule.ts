import { draftsFromText } from '../pipeline/drafter-label.js';
import { bestLength } from '../prediction/evaluate-drafting.js';
import { acceptanceOf } from './acceptance-of.js';
import type { Candidate, Pass, Program } from './program.js';
import { ratio } from './texts.js';

const name = 'verification-rule';

/**
 * Chooses the rule that verifies drafts: what the pipeline names; sample-match where the same seed is to give the same
 * text; block where it gains over tokenwise, which it never accepts less than (Sun et al. 2403.10444, theorem 2).
 */
export const verificationRule: Pass = {
  name,
  run(program) {
    const { pipeline } = program;
    const asked = pipeline.rule ?? 'auto';
    const decisions: string[] = [];
    let rule: string;
    if (asked !== 'auto') {
      rule = asked;
      decisions.push(`${rule}, as the pipeline says`);
    } else if (pipeline.seedContract === 'text') {
      rule = 'sample-match';
      decisions.push('sample-match: the same seed gives the same text with and without speculation');
    } else if (pipeline.sampling?.temperature === 0) {
      rule = 'tokenwise';
      decisions.push(
        'tokenwise: greedy decoding accepts the same tokens by every rule, and this one costs the least',
      );
    } else rule = blockOrTokenwise(program, decisions);
    const stoodIn = program.candidates.filter(
      (candidate) => acceptanceOf({ rule }, candidate).rule !== rule && pipeline.sampling?.temperature !== 0,
    );
    for (const label of new Set(stoodIn.map((candidate) => candidate.label))) {
      const measured = acceptanceOf({ rule }, stoodIn.find((one) => one.label === label) as Candidate).rule;
      const note =
        rule === 'sample-match' ? ', which may accept more: measure with --rule sample-match to know' : '';
      decisions.push(`acceptance of ${label} was measured with ${measured}${note}`);
    }
    return { program: { ...program, rule }, decisions };
  },
};

function blockOrTokenwise(program: Program, decisions: string[]): 'block' | 'tokenwise' {
  const drawing = program.candidates.filter(({ drafter }) => !draftsFromText(drafter));
  for (const candidate of drawing) {
    const [block, tokenwise] = ['block', 'tokenwise'].map((rule) => candidate.acceptance.get(rule));
    if (block === undefined || tokenwise === undefined) continue;
    const [withBlock, without] = [block, tokenwise].map(
      (data) => bestLength(candidate, program.pipeline, data)?.score ?? 0,
    ) as [number, number];
    const gain = Math.exp(withBlock - without);
    decisions.push(
      gain > 1
        ? `block: ${ratio(gain)} of tokenwise with ${candidate.label}, both measured`
        : `tokenwise: block would be ${ratio(gain)} of it with ${candidate.label}, both measured`,
    );
    return gain > 1 ? 'block' : 'tokenwise';
  }
  const long = drawing.some((candidate) => {
    const length = bestLength(candidate, program.pipeline, acceptanceOf(program, candidate))?.length ?? 0;
    return length >= 2;
  });
  decisions.push(
    long
      ? 'block: drafts are drawn, and of two tokens or more, where it accepts more than tokenwise'
      : 'tokenwise: with drafts of one token, or copied ones, block accepts the same',
  );
  return long ? 'block' : 'tokenwise';
}
