import { createRequire } from 'node:module';

interface PackageFile {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Versions of this command and of our packages that it runs on; their versions are pinned. */
export function libraries(): Record<string, string> & { readonly foretoken: string } {
  const { version, dependencies } = createRequire(import.meta.url)('../../package.json') as PackageFile;
  const ours = Object.entries(dependencies).filter(([name]) => name.startsWith('@foretoken/'));
  return { foretoken: version, ...Object.fromEntries(ours) };
}
