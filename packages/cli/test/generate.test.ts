import { SMALL_GENERATORS, trainGenerator, writeGenerator } from '@verilens/generative';
import { native } from '@verilens/runtime-native';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verilens } from './helpers.ts';

const runtime = (): ReturnType<typeof native> => native({ device: 'cpu', threads: 1 });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verilens-cli-'));
  await writeFile(join(folder, 'other.safetensors'), 'something else');
  const pictures = { width: 8, height: 8, channels: 3 as const, pixels: new Uint8Array(16 * 192).map((_, i) => i % 251) };
  await using native = await runtime();
  const shared = { runtime: native, pictures, seed: 0, steps: 1, batchSize: 4 };
  const ddpm = await trainGenerator({ ...shared, config: { ...SMALL_GENERATORS.ddpm, size: 8, widths: [8, 8], groups: 4 } });
  const vae = await trainGenerator({ ...shared, config: { ...SMALL_GENERATORS.vae, size: 8, widths: [8, 8], latent: 4 } });
  await writeFile(join(folder, 'ddpm.safetensors'), writeGenerator(ddpm));
  await writeFile(join(folder, 'vae.safetensors'), writeGenerator(vae));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('generate', () => {
  it('writes PNG files and says what made them; the same seed gives the same bytes', async () => {
    const args = ['generate', 'ddpm.safetensors', '--count', '3', '--seed', '7', '--steps', '2', '--device', 'cpu'];
    const { code, out } = await verilens([...args, '--out', 'a'], { folder, runtime });
    expect(code).toBe(0);
    expect(out).toBe('3 synthetic pictures by a ddpm in a\n');
    expect((await readdir(join(folder, 'a'))).sort()).toEqual(['0.png', '1.png', '2.png', 'generated.json']);
    const document = JSON.parse(await readFile(join(folder, 'a/generated.json'), 'utf8'));
    expect(document).toMatchObject({ synthetic: true, seed: 7, steps: 2, generator: { config: { kind: 'ddpm' }, training: { seed: 0 } } });
    await verilens([...args, '--out', 'b', '--sheet', 'all.png'], { folder, runtime });
    const sheet = await readFile(join(folder, 'all.png'));
    // two columns of 8 pixels between three gaps of 2
    expect([sheet.readUInt32BE(16), sheet.readUInt32BE(20)]).toEqual([22, 22]);
    expect((await verilens([...args, '--sheet', 'all.jpg'], { folder, runtime })).code).toBe(64);
    expect(await readFile(join(folder, 'b/2.png'))).toEqual(await readFile(join(folder, 'a/2.png')));
  });

  it('explains what cannot be', async () => {
    const failing = async (...args: string[]): Promise<string> => {
      const { code, err } = await verilens(['generate', ...args], { folder, runtime });
      expect(code).toBe(2);
      return err;
    };
    expect(await failing('missing.safetensors')).toContain('cannot be read');
    expect(await failing('other.safetensors')).toContain('BAD_MODEL');
    expect(await failing('vae.safetensors', '--steps', '10')).toContain('for diffusion');
  });
});
