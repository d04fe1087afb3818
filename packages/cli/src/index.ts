export { exitCode } from './exit-code.ts';
export { installedToolkit } from './installed-toolkit.ts';
export { type CliEnvironment, run } from './run.ts';
export type { Terminal } from './terminal.ts';
export type { InstalledPlugin, PluginProblem, RuntimeChoice, Toolkit } from './toolkit.ts';
