import type { Role } from '@verilens/core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { templateFolder } from './template-folder.ts';
import { jsonDocument } from './json-document.ts';
import { version } from './version.ts';

export interface SkeletonOptions {
  readonly role: Role;
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  /** e.g. `@me` */
  readonly scope?: string;
  /** For the workspace of Verilens itself: versions from the workspace and its catalog, sources run without a build. */
  readonly inWorkspace?: boolean;
}

/** What core checks is the manifest's `apiVersion`; a caret range would refuse the next minor of core. */
const CORE_RANGE = '>=0.0.0 <1.0.0';
const BUILT = { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' };

/** Every file of a new plugin package: path and text. */
export async function pluginSkeleton(options: SkeletonOptions): Promise<readonly (readonly [file: string, text: string])[]> {
  const { role, name } = options;
  const folder = templateFolder();
  const read = async (file: string): Promise<string> => fill(await readFile(join(folder, file), 'utf8'), options);
  const source = await read(`src/${role}.ts`);
  const shared = ['thumbnail.ts'].filter((file) => source.includes(`./${file}`));
  const build = options.inWorkspace
    ? ([
        ['tsconfig.json', jsonDocument({ extends: '../../../tsconfig.base.json', include: ['src', 'test'] })],
        [
          'tsdown.config.ts',
          "import { packageBuild } from '../../../scripts/tsdown.ts';\n\nexport default packageBuild(import.meta.dirname);\n",
        ],
      ] as const)
    : ([
        ['tsconfig.json', await read('tsconfig.json')],
        ['tsconfig.build.json', await read('tsconfig.build.json')],
        ['.gitignore', 'node_modules/\ndist/\n'],
      ] as const);
  return [
    ['package.json', jsonDocument(options.inWorkspace ? workspaceManifest(options) : manifest(options))],
    ['README.md', await read('README.md')],
    ...build,
    ['src/index.ts', source],
    ...(await Promise.all(shared.map(async (file) => [`src/${file}`, await read(`src/${file}`)] as const))),
    ['test/conformance.test.ts', conformanceTest(role, name)],
  ];
}

export function packageName({ name, scope, inWorkspace }: Omit<SkeletonOptions, 'role'>): string {
  return inWorkspace ? `@verilens/plugin-${name}` : `${scope === undefined ? '' : `${scope}/`}verilens-plugin-${name}`;
}

function manifest(options: SkeletonOptions): Readonly<Record<string, unknown>> {
  const ours = `^${version()}`;
  return {
    ...common(options),
    exports: BUILT,
    scripts: { build: 'tsc -p tsconfig.build.json', typecheck: 'tsc -p tsconfig.json', test: 'vitest run', prepack: 'npm run build' },
    peerDependencies: { '@verilens/core': CORE_RANGE },
    devDependencies: {
      '@types/node': '^20.19.0',
      '@verilens/core': ours,
      '@verilens/testing': ours,
      typescript: '^6.0.0',
      vitest: '^4.1.0',
    },
  };
}

function workspaceManifest(options: SkeletonOptions): Readonly<Record<string, unknown>> {
  return {
    ...common(options),
    exports: { '.': { '@verilens/source': './src/index.ts', ...BUILT['.'] }, './package.json': './package.json' },
    publishConfig: { access: 'public', exports: BUILT },
    scripts: { build: 'tsdown' },
    peerDependencies: { '@verilens/core': `workspace:${CORE_RANGE}` },
    devDependencies: { '@verilens/core': 'workspace:^', '@verilens/testing': 'workspace:^' },
  };
}

function common(options: SkeletonOptions): Readonly<Record<string, unknown>> {
  const { role, name } = options;
  return {
    name: packageName(options),
    version: '0.0.0',
    description: `${capital(role)}: what it does, after which paper (venue and year)`,
    keywords: ['verilens-plugin', `verilens-${role}`],
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    files: ['dist', 'models'],
    verilens: { apiVersion: 1, name, role, factory: camel(name) },
  };
}

function conformanceTest(role: Role, name: string): string {
  const suite = `${camel(role)}Conformance`;
  return `import { ${suite} } from '@verilens/testing/vitest';\nimport { ${camel(name)} } from '../src/index.ts';\n\n${suite}('${name}', ${camel(name)});\n`;
}

function fill(text: string, options: SkeletonOptions): string {
  return text
    .replaceAll('template-package', packageName(options))
    .replaceAll('template-role', options.role)
    .replaceAll('template-name', options.name)
    .replaceAll('templateName', camel(options.name));
}

export function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
