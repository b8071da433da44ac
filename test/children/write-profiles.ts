// Writes a profile over and over, until it is killed: process.argv[2] is the file.
import { writeProfile } from '@foretoken/planner';
import { sampleProfile } from '../../packages/planner/testing/sample-profile.js';

const file = process.argv[2] as string;
const profile = sampleProfile();
// Large, so that most of the time is writing.
const entry = profile.acceptance[0] as (typeof profile.acceptance)[number];
const large = { ...profile, acceptance: Array.from({ length: 2000 }, () => entry) };
for (let round = 0; ; round++) {
  await writeProfile(file, large);
  if (round === 0) console.log('writing');
}
