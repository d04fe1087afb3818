// Builds every published package into its `dist/`. Arguments, if any, are the short names of the packages to build.
import { build } from 'tsdown';
import { packageBuild } from './tsdown.ts';
import { publishedPackages } from './workspace.ts';

const names = process.argv.slice(2);
const packages = publishedPackages();
const unknown = names.filter((name) => !packages.some(({ short }) => short === name));
if (unknown.length > 0) {
  process.stderr.write(`Unknown package ${unknown.join(', ')}; known: ${packages.map(({ short }) => short).join(', ')}.\n`);
  process.exit(1);
}
const started = performance.now();
for (const { short, folder } of packages) {
  if (names.length > 0 && !names.includes(short)) continue;
  try {
    await build({ ...packageBuild(folder), config: false });
  } catch (error) {
    process.stderr.write(`Building ${short} failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
process.stdout.write(`Built ${names.length || packages.length} packages in ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
