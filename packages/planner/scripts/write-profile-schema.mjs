// Writes profile.schema.json anew from the build: `npm run schema -w packages/planner`. A test says when it is due.
import { writeFileSync } from 'node:fs';
import { profileJsonSchema } from '../dist/index.js';

writeFileSync(
  new URL('../profile.schema.json', import.meta.url),
  `${JSON.stringify(profileJsonSchema(), undefined, 2)}\n`,
);
