import { nearestName, ROLES, type Role, VerilensError } from '@verilens/core';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { exitCode } from '../exit-code.ts';
import { writeWhole } from '../json-document.ts';
import { pluginSkeleton } from '../plugin-skeleton.ts';
import type { CliEnvironment } from '../run.ts';

/** Writes a plugin package that passes its role's conformance suite before a line of it is changed. */
export async function newPlugin(
  role: string,
  name: string,
  options: { out?: string; scope?: string },
  { terminal, folder }: CliEnvironment,
): Promise<number> {
  if (!isRole(role)) {
    const nearest = nearestName(role, ROLES);
    throw new VerilensError('UNKNOWN_NAME', `there is no role "${role}"`, {
      place: 'new-plugin',
      expected: ROLES.join(', '),
      remedy: nearest === undefined ? undefined : `Did you mean "${nearest}"?`,
    });
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new VerilensError('BAD_OPTION', 'the name cannot be used', {
      place: 'new-plugin',
      expected: 'lower-case letters, digits and single dashes, a letter first',
      got: name,
    });
  }
  if (options.scope !== undefined && !/^@[a-z0-9][a-z0-9._-]*$/.test(options.scope)) {
    throw new VerilensError('BAD_OPTION', 'the scope cannot be used', {
      place: 'new-plugin',
      expected: '@ and lower-case letters, e.g. @me',
      got: options.scope,
    });
  }
  const target = resolve(folder, options.out ?? name);
  const present = await readdir(target).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : Promise.reject(error)));
  if (present.length > 0) {
    throw new VerilensError('BAD_OPTION', 'the folder is not empty', {
      place: target,
      got: present.slice(0, 3).join(', '),
      remedy: 'Name another folder with --out; nothing was changed.',
    });
  }
  const pnpm = await pnpmOfOurWorkspace(target);
  for (const [file, text] of await pluginSkeleton({ role, name, scope: options.scope, inWorkspace: pnpm !== undefined }))
    await writeWhole(join(target, file), text);
  const shown = relative(folder, target) || '.';
  const commands =
    pnpm === undefined
      ? [`cd ${shown}`, 'npm install', "npm test        the role's conformance suite, green from the start"]
      : [
          `npm exec --yes --package=${pnpm} -- pnpm install --ignore-scripts`,
          `npm test -- packages/plugins/${basename(target)}        the role's conformance suite, green from the start`,
        ];
  terminal.out(
    `Wrote ${shown}: a ${role} called ${name}.\n\n  ${commands.join('\n  ')}\n\nThen put your method into src/index.ts, and the truth about it into README.md.\n`,
  );
  return exitCode.ok;
}

/** The pinned pnpm when `target` is `packages/plugins/<method>` of a clone of Verilens, where versions come from the workspace. */
async function pnpmOfOurWorkspace(target: string): Promise<string | undefined> {
  const root = resolve(target, '../../..');
  if (dirname(relative(root, target)) !== join('packages', 'plugins')) return undefined;
  const manifest = await readFile(join(root, 'package.json'), 'utf8').then(JSON.parse, () => undefined);
  return manifest?.name === 'verilens' ? manifest.packageManager : undefined;
}

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
