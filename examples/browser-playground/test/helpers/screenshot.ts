import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { root } from '../../../../scripts/workspace.ts';

/** `UPDATE_SCREENSHOTS=1 npm test -- examples/browser-playground` writes the pictures of docs/browser.md anew. */
export const UPDATE: boolean = process.env['UPDATE_SCREENSHOTS'] === '1';

/** The whole page as a small PNG in docs/images. Only drawn pictures may be in it. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (!UPDATE) return;
  await page.evaluate(() => scrollTo(0, 0));
  const png = await page.screenshot({ fullPage: true, animations: 'disabled' });
  const path = join(root, 'docs', 'images', `playground-${name}.png`);
  await mkdir(dirname(path), { recursive: true });
  await sharp(png).png({ palette: true, colours: 128, effort: 10 }).toFile(path);
}
