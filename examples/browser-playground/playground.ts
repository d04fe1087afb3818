/**
 * Builds the playground, and serves it: `playground.ts build [folder]`, `playground.ts serve [--port 4180] [--host 127.0.0.1]`.
 */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { serveFolder } from './serve-folder.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** A folder that any web server can serve. */
export async function buildPlayground(outDir: string = join(here, 'dist')): Promise<string> {
  await build({ root: here, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  return outDir;
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', default: '4180' }, host: { type: 'string', default: '127.0.0.1' } },
  });
  const [task = 'serve', folder] = positionals;
  const outDir = await buildPlayground(folder === undefined ? undefined : resolve(process.env['INIT_CWD'] ?? process.cwd(), folder));
  if (task === 'build') {
    console.log(`The playground is in ${outDir}: any web server can serve that folder, below any path.`);
    return;
  }
  const { address } = await serveFolder(outDir, { port: Number(values.port), host: values.host });
  console.log(`\n  The playground is open at ${address}\n  Nothing it is given leaves the browser. End with Ctrl+C.\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
