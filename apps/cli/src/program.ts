import { Command } from '@commander-js/extra-typings';
import { auditCommand } from './commands/audit.js';
import { benchCommand } from './commands/bench.js';
import { compareCommand } from './commands/compare.js';
import { convertCommand } from './commands/convert.js';
import { demoCommand } from './commands/demo.js';
import { generateCommand } from './commands/generate.js';
import { infoCommand } from './commands/info.js';
import { modelsCommand } from './commands/models.js';
import { planCommand } from './commands/plan.js';
import { profileCommand } from './commands/profile.js';
import { pullCommand } from './commands/pull.js';
import { libraries } from './output/libraries.js';

export function createProgram() {
  return new Command('foretoken')
    .description('Faster language models, same answers: speculative decoding that is measured.')
    .version(libraries().foretoken)
    .option('--verbose', 'print stack traces of errors')
    .showHelpAfterError('(--help shows what there is)')
    .addCommand(demoCommand())
    .addCommand(generateCommand())
    .addCommand(benchCommand())
    .addCommand(auditCommand())
    .addCommand(compareCommand())
    .addCommand(profileCommand())
    .addCommand(planCommand())
    .addCommand(pullCommand())
    .addCommand(modelsCommand())
    .addCommand(infoCommand())
    .addCommand(convertCommand());
}
