import { VerilensError } from '@verilens/core';
import type { Toolkit } from './toolkit.ts';

/** The toolkit of an ordinary run: the packages installed beside the command and below the working folder. */
export function installedToolkit(): Toolkit {
  return {
    async runtime({ device, threads, onFallback }) {
      if (device === 'wasm') {
        const { wasm } = await import('@verilens/runtime-wasm');
        return wasm({ device: 'wasm', threads });
      }
      const { native } = await import('@verilens/runtime-native');
      if (device !== 'auto') return native({ device, threads });
      try {
        return await native({ threads, onFallback });
      } catch (error) {
        if (!(error instanceof VerilensError) || error.code !== 'NO_DEVICE') throw error;
        const { wasm } = await import('@verilens/runtime-wasm');
        // WASM runs where no native library can be loaded; the reason of the native failure stays the one reported.
        return wasm({ device: 'wasm', threads }).catch(() => Promise.reject(error));
      }
    },
    async services() {
      const [{ media }, { faces }] = await Promise.all([import('@verilens/media'), import('@verilens/faces')]);
      return [media(), faces()];
    },
    async plugins(folder) {
      const { findInstalledPlugins } = await import('./installed-plugins.ts');
      return findInstalledPlugins(folder);
    },
  };
}
