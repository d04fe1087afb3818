import type { DeviceProbe } from '@verilens/core';
import { paint, type Terminal } from './terminal.ts';

/** Says once, on the error stream, that a device was passed over for a reason worth knowing. */
export function fallbackNote(terminal: Terminal): (probe: DeviceProbe) => void {
  return ({ device, reason }) => {
    if (terminal.errIsTty)
      terminal.err(
        `\r\u001b[2K${paint(terminal, 'dim', `${device} not used: ${reason.split('\n')[0] ?? ''} (verilens doctor says more)`)}\n`,
      );
  };
}
