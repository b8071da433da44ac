import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ProfileFileError } from '../errors/profile-file-error.js';
import { sampleProfile } from '../../testing/sample-profile.js';
import { parseProfile } from './parse-profile.js';
import { type Profile, profileJsonSchema } from './profile-schema.js';

const parse = (document: unknown): Profile => parseProfile(JSON.stringify(document), 'profile.json');

/** A profile with one value replaced; the path as in "passCosts.0.lengths". */
function changed(path: string, value: unknown): unknown {
  const profile = sampleProfile();
  const keys = path.split('.');
  let place = profile as unknown as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) place = place[key] as Record<string, unknown>;
  place[keys.at(-1) as string] = value;
  return profile;
}

describe('a profile file', () => {
  it('gives back what was written', () => {
    expect(parse(sampleProfile())).toEqual(sampleProfile());
  });

  it('is refused wherever it is cut off, by its name', () => {
    const text = JSON.stringify(sampleProfile());
    for (let length = 0; length < text.length; length += 37) {
      expect(() => parseProfile(text.slice(0, length), 'half.json')).toThrow(ProfileFileError);
      expect(() => parseProfile(text.slice(0, length), 'half.json')).toThrow(
        'half.json is not a whole profile',
      );
    }
  });

  it.each([[null], [[]], [3], ['text'], [{}], [{ format: 'something else' }]])('is not %j', (document) => {
    expect(() => parse(document)).toThrow('is not a whole profile');
  });

  it('says which version it is of', () => {
    expect(() => parse(changed('version', 1))).toThrow(
      'is a profile of version 1, and this program reads version 3',
    );
  });

  it.each([
    ['passCosts.0.milliseconds', [1, -1, 2], 'passCosts.0.milliseconds.1'],
    ['passCosts.0.milliseconds', [1, null, 2], 'passCosts.0.milliseconds.1'],
    ['passCosts.0.milliseconds', [1, 2], '3 lengths and 2 milliseconds'],
    ['roundCosts.0.lengths', [0, 3, 1], 'roundCosts.0.lengths: not ascending'],
    ['passCosts.0.configuration.model', 'other', 'the model "other" is not among models'],
    ['acceptance.0.draft.model', 'other', 'the model "other" is not among models'],
    ['acceptance.0.positions.0.0.accepted', 11, 'more tokens accepted than reached'],
    ['acceptance.0.histories.1.outcomes', '12', 'acceptance.0.histories.1.outcomes'],
    ['acceptance.0.histories.1.bins.0.reached', 14, 'positions and histories do not count the same tokens'],
    [
      'acceptance.0.shorter',
      [{ reached: [1, 1], accepted: [1], drafted: [0, 1] }],
      'acceptance.0.shorter.0: not of drafts of 1 tokens',
    ],
    [
      'acceptance.0.shorter',
      [{ reached: [1], accepted: [2], drafted: [0, 1] }],
      'acceptance.0.shorter.0: more tokens accepted than reached',
    ],
    [
      'acceptance.0.contexts.drafting.1',
      [{ rounds: 1, contextTokens: 9 }],
      'acceptance.0.contexts: not of drafts of 1 to 2 tokens',
    ],
    ['treePasses.0.configuration.model', 'other', 'the model "other" is not among models'],
    ['roundsInTexts.0.target.model', 'other', 'the model "other" is not among models'],
    ['roundsInTexts.0.drafting', [], 'roundsInTexts.0.drafting'],
    ['treeRounds.0.target.model', 'other', 'the model "other" is not among models'],
    ['treeRounds.0.trees', [], 'treeRounds.0.trees'],
    ['treeAcceptance.0.ranks.0.1.accepted', 5, 'more tokens accepted than reached'],
    ['treeAcceptance.0.promptsUsed', 3, '3 of 2 prompts used'],
    ['acceptance.0.promptsUsed', 3, '3 of 2 prompts used'],
    ['models.target.sha256', 'abc', 'models.target.sha256'],
    ['machine.cores', 1.5, 'machine.cores'],
    ['unknown', 1, 'unknown'],
    ['energy.measured.0.kind', 'estimated', 'energy.measured.0.kind'],
    ['energy.estimated.0.kind', 'measured', 'energy.estimated.0.kind'],
  ])('with %s = %j is refused and names the place', (path, value, place) => {
    expect(() => parse(changed(path, value))).toThrow(place);
  });

  it('never holds an estimate among measurements, nor the other way round', () => {
    const { measured, estimated } = sampleProfile().energy;
    expect(() => parse(changed('energy.measured', estimated))).toThrow('energy.measured.0');
    expect(() => parse(changed('energy.estimated', measured))).toThrow('energy.estimated.0');
  });
});

it('has its schema published as it is: npm run schema -w packages/planner writes it anew', async () => {
  const file = new URL('../../profile.schema.json', import.meta.url);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(profileJsonSchema())));
});
