import type { DeviceProbe } from '@verilens/core';
import { exitCode } from '../exit-code.ts';
import { failureLine, toFailure } from '../failure.ts';
import { jsonDocument } from '../json-document.ts';
import { availableParallelism, release } from 'node:os';
import type { CliEnvironment } from '../run.ts';
import { createProgress } from '../progress.ts';
import { paint, printable, type Terminal } from '../terminal.ts';
import { probeDecoders } from '../probe-decoders.ts';
import { libraryVersions } from '../library-versions.ts';
import { version } from '../version.ts';

/** One thing that was tried. */
export interface Check {
  readonly group: 'native runtime' | 'wasm runtime' | 'decoders' | 'plugins';
  readonly name: string;
  readonly works: boolean;
  readonly reason: string;
  readonly remedy?: string;
  readonly durationMs?: number;
}

/** Tries everything a run may need, for real, and says how to mend what fails. Ends with 2 when no input could be judged here. */
export async function doctor(options: { json?: boolean }, { terminal, toolkit, folder }: CliEnvironment): Promise<number> {
  const progress = createProgress(terminal);
  const checks: Check[] = [];
  for (const [label, look] of [
    ['native devices', nativeChecks],
    ['wasm', wasmChecks],
    ['decoders', probeDecoders],
  ] as const) {
    progress.show(`trying ${label}`, undefined);
    checks.push(...(await look()));
  }
  const { plugins, problems } = await toolkit.plugins(folder);
  for (const plugin of plugins)
    checks.push({ group: 'plugins', name: plugin.name, ...(await loads(() => plugin.load(), `${plugin.role} ${plugin.version}`)) });
  for (const { place, error } of problems) {
    const { message, remedy } = toFailure(error);
    checks.push({ group: 'plugins', name: place, works: false, reason: message, remedy });
  }
  if (plugins.length === 0)
    checks.push({
      group: 'plugins',
      name: 'none',
      works: false,
      reason: 'no plugin is installed here',
      remedy: 'Install one where you run this command, e.g. npm install @verilens/plugin-stdt.',
    });
  progress.clear();
  const about = {
    verilens: version(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch} ${release()}`,
    cores: availableParallelism(),
    ...(await libraryVersions()),
  };
  const canRun = checks.some((check) => check.group.endsWith('runtime') && check.works);
  const canSee = checks.some((check) => check.group === 'decoders' && check.works);
  const canJudge = canRun && canSee && checks.some((check) => check.group === 'plugins' && check.works);
  if (options.json) terminal.out(jsonDocument({ about, checks, canJudge }));
  else terminal.out(doctorText(about, checks, canJudge, terminal));
  return canJudge ? exitCode.ok : exitCode.failed;
}

async function nativeChecks(): Promise<Check[]> {
  try {
    const { probeDevices } = await import('@verilens/runtime-native');
    return (await probeDevices()).map((probe) => fromProbe('native runtime', probe));
  } catch (error) {
    return [
      {
        group: 'native runtime',
        name: 'onnxruntime-node',
        works: false,
        reason: failureLine(toFailure(error)),
        remedy: 'Install the dependencies again; where no native library exists, use --device wasm.',
      },
    ];
  }
}

async function wasmChecks(): Promise<Check[]> {
  try {
    const { probeDevices } = await import('@verilens/runtime-wasm');
    return (await probeDevices()).map((probe) => fromProbe('wasm runtime', probe));
  } catch (error) {
    return [
      {
        group: 'wasm runtime',
        name: 'onnxruntime-web',
        works: false,
        reason: failureLine(toFailure(error)),
        remedy: 'Install the dependencies again.',
      },
    ];
  }
}

function fromProbe(group: Check['group'], { device, available, reason, remedy, durationMs }: DeviceProbe): Check {
  return { group, name: device, works: available, reason, remedy, durationMs };
}

async function loads(load: () => Promise<unknown>, fine: string): Promise<Pick<Check, 'works' | 'reason' | 'remedy'>> {
  try {
    await load();
    return { works: true, reason: fine };
  } catch (error) {
    const { message, remedy } = toFailure(error);
    return { works: false, reason: message, remedy };
  }
}

function doctorText(
  about: Readonly<Record<string, string | number>>,
  checks: readonly Check[],
  canJudge: boolean,
  terminal: Terminal,
): string {
  const lines = [
    Object.entries(about)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
  ];
  for (const group of ['native runtime', 'wasm runtime', 'decoders', 'plugins'] as const) {
    lines.push('', paint(terminal, 'bold', group));
    for (const check of checks.filter((candidate) => candidate.group === group)) {
      const sign = check.works ? paint(terminal, 'green', 'ok ') : paint(terminal, 'yellow', 'no ');
      lines.push(
        `  ${sign} ${printable(check.name).padEnd(8)} ${printable(check.reason)}${check.durationMs === undefined ? '' : paint(terminal, 'dim', ` (${Math.round(check.durationMs)} ms)`)}`,
      );
      if (!check.works && check.remedy !== undefined)
        lines.push(`      ${' '.repeat(8)} ${paint(terminal, 'cyan', '→')} ${printable(check.remedy)}`);
    }
  }
  lines.push(
    '',
    canJudge
      ? paint(terminal, 'green', 'Ready: media can be judged here.')
      : paint(terminal, 'red', 'Not ready: see the lines marked "no" above.'),
  );
  return `${lines.join('\n')}\n`;
}
