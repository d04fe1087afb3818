import type { DeviceProbe, Plugin, PluginManifest, Runtime, Service } from '@verilens/core';
import type { DeviceName } from './options.ts';

/** A plugin package that is installed, before its code is loaded. */
export interface InstalledPlugin {
  readonly name: string;
  readonly role: string;
  readonly version: string;
  readonly description: string;
  /** Folder of the package, where its models lie; undefined for a plugin handed over in code. */
  readonly folder?: string;
  /** What its `package.json` says; undefined for a plugin handed over in code. */
  readonly manifest?: Pick<PluginManifest, 'model'>;
  /** @param options What the factory takes; its defaults when left out. */
  load(options?: unknown): Promise<Plugin>;
}

/** A package that says it is a plugin and cannot be used. */
export interface PluginProblem {
  readonly place: string;
  readonly error: Error;
}

export interface RuntimeChoice {
  readonly device: DeviceName;
  readonly threads?: number;
  readonly onFallback?: (probe: DeviceProbe) => void;
}

/** What the commands need of the other packages. Each part is loaded when it is first used: `--help` loads none. */
export interface Toolkit {
  runtime(choice: RuntimeChoice): Promise<Runtime>;
  services(): Promise<readonly Service[]>;
  plugins(folder: string): Promise<{ readonly plugins: readonly InstalledPlugin[]; readonly problems: readonly PluginProblem[] }>;
}
