import { Command } from '@commander-js/extra-typings';
import { libraries } from './output/libraries.js';

/** What each command's module brings is loaded with the command alone: all of them take half a second. */
const loaders = {
  demo: async () => (await import('./commands/demo.js')).demoCommand(),
  generate: async () => (await import('./commands/generate.js')).generateCommand(),
  chat: async () => (await import('./commands/chat.js')).chatCommand(),
  serve: async () => (await import('./commands/serve.js')).serveCommand(),
  bench: async () => (await import('./commands/bench.js')).benchCommand(),
  audit: async () => (await import('./commands/audit.js')).auditCommand(),
  compare: async () => (await import('./commands/compare.js')).compareCommand(),
  profile: async () => (await import('./commands/profile.js')).profileCommand(),
  plan: async () => (await import('./commands/plan.js')).planCommand(),
  pull: async () => (await import('./commands/pull.js')).pullCommand(),
  models: async () => (await import('./commands/models.js')).modelsCommand(),
  info: async () => (await import('./commands/info.js')).infoCommand(),
  suggest: async () => (await import('./commands/suggest.js')).suggestCommand(),
  quantize: async () => (await import('./commands/quantize.js')).quantizeCommand(),
  convert: async () => (await import('./commands/convert.js')).convertCommand(),
};

/**
 * The program with the command that is named, or with all of them where none is (help, a name that does not exist).
 *
 * @param named the first of the arguments that is no option.
 */
export async function createProgram(named: string | undefined) {
  const program = new Command('foretoken')
    .description('Faster language models, same answers: speculative decoding that is measured.')
    .version(libraries().foretoken)
    .option('--verbose', 'print stack traces of errors')
    .showHelpAfterError('(--help shows what there is)');
  const needed = Object.entries(loaders).filter(([name]) => name === named);
  for (const [, load] of needed.length > 0 ? needed : Object.entries(loaders))
    program.addCommand((await load()) as Command);
  return program;
}
