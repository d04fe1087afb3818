// `npm run reference`: the API reference as pages, made from the declarations and their sentences, into out/reference.
// A link that leads nowhere, in a sentence or in a guide, fails the run; with --check nothing is written.
import { readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { Application, ReflectionKind, type TypeDocOptions } from 'typedoc';
import { publishedPackages, root, sourceOf } from './workspace.ts';

/** Every public entry of every published package: the name that users import, and the file it is written in. */
const entries = publishedPackages().flatMap(({ folder, manifest }) =>
  Object.entries(manifest.exports ?? {}).flatMap(([path, target]) => {
    const file = sourceOf(target);
    return file?.endsWith('.ts') === true ? [{ name: join(manifest.name, path), file: join(folder, file) }] : [];
  }),
);

const options: TypeDocOptions = {
  name: 'Verilens',
  entryPoints: entries.map(({ file }) => file),
  tsconfig: join(root, 'tsconfig.json'),
  basePath: join(root, 'packages'),
  displayBasePath: join(root, 'packages'),
  out: join(root, 'out/reference'),
  readme: join(root, 'README.md'),
  projectDocuments: readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => join(root, 'docs', name)),
  disableSources: true, // addresses of a repository are the repository's business
  excludePrivate: true,
  excludeInternal: true,
  skipErrorChecking: true, // `npm run typecheck` does that
  validation: { notExported: false, invalidLink: true, notDocumented: false, rewrittenLink: true },
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
};

/** What typedoc calls the module of `file`: its path below `packages` without `index` and ending. */
function modulePath(file: string): string {
  return relative(join(root, 'packages'), file).replace(/(\/index)?\.ts$/, '');
}

const app = await Application.bootstrap(options);
const project = await app.convert();
if (project !== undefined) {
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const entry = entries.find(({ file }) => modulePath(file) === module.name);
    if (entry !== undefined) module.name = entry.name;
  }
  for (const guide of project.documents ?? []) guide.name = basename(guide.name);
  app.validate(project);
  if (!process.argv.includes('--check')) await app.generateOutputs(project);
}
process.exitCode = project === undefined || app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0;
