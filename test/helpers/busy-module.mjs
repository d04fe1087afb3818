// Does at import what a package must not do; proves that the probe sees it.
import 'playwright-core';
import { spawn } from 'node:child_process';

globalThis.busyModule = true;
// oxlint-disable-next-line no-extend-native
Array.prototype.busyModule = () => 1;
setTimeout(() => {}, 1);
process.on('exit', () => {});
spawn(process.execPath, ['--version'], { stdio: 'ignore' });

export const busy = true;
