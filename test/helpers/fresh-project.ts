import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Package, publishedPackages } from '../../scripts/workspace.ts';
import { linkDependencies, makeStage, packPackage, unpack } from './pack.ts';

/** An empty project in `place` that has installed packed tarballs of the packages named, and what they need; gives its folder. */
export async function freshProject(place: string, names: readonly string[]): Promise<string> {
  const app = join(place, 'app');
  const stage = join(place, 'stage');
  makeStage(stage);
  for (const pkg of closure(names, publishedPackages())) {
    await unpack(await packPackage(pkg, stage), pkg.manifest.name, app);
    linkDependencies(pkg, app);
  }
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  return app;
}

/** A folder of the project with a page of its own. */
export function pageFolder(app: string, name: string, body: string): string {
  const folder = join(app, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.html'), `<!doctype html><meta charset="utf-8"><title>ten lines</title>${body}`);
  return folder;
}

/** The packages named and those of ours that they need. */
function closure(names: readonly string[], all: readonly Package[]): Package[] {
  const found = new Set<Package>();
  const visit = (name: string): void => {
    const pkg = all.find(({ manifest }) => manifest.name === name);
    if (pkg === undefined || found.has(pkg)) return;
    found.add(pkg);
    for (const other of Object.keys({ ...pkg.manifest.dependencies, ...pkg.manifest.peerDependencies })) visit(other);
  };
  for (const name of names) visit(`@verilens/${name}`);
  return [...found];
}

/** A library that a tool of ours brings along. */
export function toolOf<T>(owner: string, name: string): T {
  return createRequire(createRequire(import.meta.url).resolve(`${owner}/package.json`))(name) as T;
}
