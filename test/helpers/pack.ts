import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'tsdown';
import { toolFile } from '../../scripts/tool.ts';
import { packageBuild } from '../../scripts/tsdown.ts';
import { root, type Package } from '../../scripts/workspace.ts';

const run = promisify(execFile);

/** Folder with room for packing: the catalog and the licence of the workspace, beside which packages are staged. */
export function makeStage(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), workspace.replace(/^packages:\n( {2}- .*\n)+/m, "packages:\n  - '*'\n"));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

/**
 * Builds and packs one package as publishing would, in `stage` and not in the working tree (where another run may be
 * building); gives the path of the tarball. Reaches no network.
 */
export async function packPackage({ short, folder, manifest }: Package, stage: string): Promise<string> {
  const place = join(stage, short);
  mkdirSync(place);
  for (const file of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', ...(manifest.files ?? [])]) {
    if (file !== 'dist' && existsSync(join(folder, file))) cpSync(join(folder, file), join(place, file), { recursive: true });
  }
  // pnpm reads the versions of workspace dependencies here; node_modules is never packed.
  if (existsSync(join(folder, 'node_modules'))) symlinkSync(join(folder, 'node_modules'), join(place, 'node_modules'), 'junction');
  await build({ ...packageBuild(folder), outDir: join(place, 'dist'), config: false });
  const { stdout } = await run(process.execPath, [toolFile(['pnpm', 'pnpm']), 'pack', '--json', '--pack-destination', stage], {
    cwd: place,
    env: { ...process.env, npm_config_manage_package_manager_versions: 'false' },
  });
  return (JSON.parse(stdout) as { filename: string }).filename;
}

/** Unpacks a tarball to `app/node_modules/<name>`, as an installer would. */
export async function unpack(tarball: string, name: string, app: string): Promise<string> {
  const target = join(app, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  return target;
}

/** Third-party packages named by `manifest` are linked from where the workspace has them: nothing is downloaded. */
export function linkDependencies({ folder, manifest }: Package, app: string): void {
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const link = join(app, 'node_modules', name);
    const installed = join(folder, 'node_modules', name);
    if (name.startsWith('@verilens/') || existsSync(link) || !existsSync(installed)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(installed), link, 'junction');
  }
}

/** Every file below a folder, relative to it. */
export function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
