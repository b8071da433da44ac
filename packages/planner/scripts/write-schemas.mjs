// Writes the published schemas anew from the build: `npm run schema -w packages/planner`. Tests say when it is due.
import { writeFileSync } from 'node:fs';
import { pipelineJsonSchema, planJsonSchema, profileJsonSchema } from '../dist/index.js';

for (const [name, schema] of Object.entries({
  pipeline: pipelineJsonSchema(),
  plan: planJsonSchema(),
  profile: profileJsonSchema(),
})) {
  writeFileSync(
    new URL(`../${name}.schema.json`, import.meta.url),
    `${JSON.stringify(schema, undefined, 2)}\n`,
  );
}
