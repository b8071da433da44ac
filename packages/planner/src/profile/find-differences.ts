import type { Profile, ProfileMachine } from './profile-schema.js';

/** What a profile is to be used with. */
export interface ProfileContext {
  readonly machine: ProfileMachine;
  /** Versions by package name. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Models by the names that profiles know them by. One that the profile does not hold is no difference. */
  readonly models: Readonly<Record<string, { readonly sha256: string }>>;
  /** Engines in use, as `Capabilities.engine` names them; undefined: not compared. */
  readonly engines?: readonly string[] | undefined;
}

/**
 * In what a profile does not fit its context, a line each. The kernel's release and the size of memory are not
 * compared: they do not decide what a pass costs.
 */
export function findDifferences(
  profile: Pick<Profile, 'machine' | 'libraries' | 'models' | 'passCosts'>,
  context: ProfileContext,
): string[] {
  const differences: string[] = [];
  const compare = (title: string, then: unknown, now: unknown): void => {
    if (then !== now) differences.push(`${title} was ${String(then)}, and is ${String(now)}`);
  };
  compare('the processor', profile.machine.processor, context.machine.processor);
  compare('the number of cores', profile.machine.cores, context.machine.cores);
  compare('the system', platformOf(profile.machine), platformOf(context.machine));
  compare('Node', profile.machine.node, context.machine.node);
  for (const library of Object.keys({ ...profile.libraries, ...context.libraries })) {
    compare(library, profile.libraries[library] ?? 'not there', context.libraries[library] ?? 'not there');
  }
  for (const [model, { sha256 }] of Object.entries(context.models)) {
    const then = profile.models[model];
    if (then !== undefined && then.sha256 !== sha256)
      differences.push(`the model ${model} was another file (SHA-256 ${then.sha256}, now ${sha256})`);
  }
  const engines = new Set(profile.passCosts.map(({ configuration }) => configuration.engine));
  if (engines.size > 0 && context.engines !== undefined) {
    for (const engine of context.engines) {
      if (!engines.has(engine))
        differences.push(`the engine was ${[...engines].join(' and ')}, and is ${engine}`);
    }
  }
  return differences;
}

/** Platform and architecture, without the release between them. */
function platformOf({ system }: ProfileMachine): string {
  const words = system.split(' ');
  return `${words[0]} ${words.at(-1)}`;
}
