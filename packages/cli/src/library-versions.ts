import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The library whose version matters, and the package of ours it is installed for. */
const libraries: Readonly<Record<string, string>> = {
  'onnxruntime-node': '@verilens/runtime-native',
  'onnxruntime-web': '@verilens/runtime-wasm',
  mediabunny: '@verilens/media',
  sharp: '@verilens/media',
  '@napi-rs/webcodecs': '@verilens/media',
};

/** Installed versions; a library that is not installed is left out. Nothing is loaded. */
export async function libraryVersions(): Promise<Readonly<Record<string, string>>> {
  const here = createRequire(import.meta.url);
  const versions: Record<string, string> = {};
  for (const [library, owner] of Object.entries(libraries)) {
    const found = await installedVersion(library, owner, here);
    if (found !== undefined) versions[library] = found;
  }
  return versions;
}

async function installedVersion(library: string, owner: string, here: NodeJS.Require): Promise<string | undefined> {
  try {
    const from = createRequire(here.resolve(`${owner}/package.json`));
    // By folder and not by entry: several of these libraries do not export their package.json.
    for (const folder of [...(from.resolve.paths(library) ?? []), ...(here.resolve.paths(library) ?? [])]) {
      const text = await readFile(join(folder, library, 'package.json'), 'utf8').catch(() => undefined);
      if (text !== undefined) return (JSON.parse(text) as { version: string }).version;
    }
  } catch {
    return undefined;
  }
  return undefined;
}
