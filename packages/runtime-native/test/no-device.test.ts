import { describe, expect, it } from 'vitest';

// A driver file that leads nowhere, before anything of this process loads a Vulkan driver.
process.env['VK_DRIVER_FILES'] = '/nonexistent/driver.json';

import { native } from '../src/index.ts';

describe.runIf(process.platform === 'linux')('a device that is not there', () => {
  it.each(['webgpu', 'cuda'] as const)('%s, asked for by name, is refused with the reason', async (device) => {
    const error = await native({ device }).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    // On a machine with a working CUDA provider there is nothing to refuse.
    if (device === 'cuda' && error === undefined) return;
    expect(error).toMatchObject({ code: 'NO_DEVICE', place: 'runtime-native' });
    expect((error as Error).message).toContain(`${device}: `);
  });

  it('does not keep auto from working', async () => {
    await using runtime = await native({ threads: 1 });
    expect(['cpu', 'cuda']).toContain(runtime.device);
    expect(runtime.probes.find((probe) => probe.device === 'webgpu')?.available).not.toBe(true);
  });
});
