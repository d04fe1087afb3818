import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the plugin templates: it lies beside `src` and, when published, beside `dist`. */
export function templateFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'templates', 'src'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('the plugin templates are missing from this installation');
    folder = above;
  }
  return join(folder, 'templates');
}
