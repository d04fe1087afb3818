// Module hooks: writes the URL of every module that gets loaded to the file named in VERILENS_LOADED.
import { appendFileSync } from 'node:fs';

export async function load(url, context, next) {
  if (!url.startsWith('node:')) appendFileSync(process.env.VERILENS_LOADED, `${url}\n`);
  return next(url, context);
}
