import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Environment of one PyTorch process: what decides its speed most. */
export interface TorchSetting {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where its models live; the CPU when left out. */
  readonly device?: 'cuda';
}

export interface Torch {
  readonly setting: TorchSetting;
  ask<T>(request: object): Promise<T>;
  /** CPU seconds the process has used so far, as of its last answer that said so. */
  cpuSeconds(): number;
  close(): Promise<void>;
}

/**
 * Thread settings worth trying; none is best for all models. Debian's OpenBLAS mostly picks slow kernels on virtual
 * AVX-512 machines unless told its core type, so it is told.
 */
export function torchSettings(threads: number): TorchSetting[] {
  const cores = String(threads);
  const core: Record<string, string> = hasAvx512() ? { OPENBLAS_CORETYPE: 'SkylakeX' } : {};
  const setting = (blas: string, omp: string, policy?: string): TorchSetting => ({
    name: `BLAS ${blas}, OpenMP ${omp}${policy === undefined ? '' : ` ${policy}`}`,
    env: { ...core, OPENBLAS_NUM_THREADS: blas, OMP_NUM_THREADS: omp, ...(policy === undefined ? {} : { OMP_WAIT_POLICY: policy }) },
  });
  if (threads === 1) return [setting('1', '1')];
  return [setting('1', cores), setting(cores, cores, 'passive'), setting(cores, '1'), setting('1', '1')];
}

function hasAvx512(): boolean {
  try {
    return /\bavx512f\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}

/** Interpreters that may have PyTorch: the one named in PYTHON, then the system's. */
function interpreters(): string[] {
  return [...new Set([process.env['PYTHON'], '/usr/bin/python3', 'python3', 'python'].filter((name) => name !== undefined))];
}

/** Where PyTorch can be imported, and what it is; undefined when nowhere. */
export async function findTorch(
  pythons: readonly string[] = interpreters(),
): Promise<{ readonly python: string; readonly versions: Record<string, string> } | undefined> {
  for (const python of pythons) {
    const said = await output(python, [
      '-c',
      'import torch, sys; print(torch.__version__, sys.version.split()[0], torch.backends.mkl.is_available())',
    ]);
    const [torch, version, mkl] = said?.trim().split(' ') ?? [];
    if (torch !== undefined && version !== undefined)
      return { python, versions: { pytorch: torch, python: version, 'pytorch BLAS': mkl === 'True' ? 'MKL' : await blasName() } };
  }
  return undefined;
}

/** The GPU that this PyTorch computes on; undefined where it has none. */
export async function cudaOf(python: string): Promise<string | undefined> {
  const said = await output(python, ['-c', 'import torch; print(torch.cuda.get_device_name() if torch.cuda.is_available() else "")']);
  return said?.trim() || undefined;
}

/** The library behind the system's libblas: the reference one is some fifty times slower than OpenBLAS and would make any comparison worthless. */
async function blasName(): Promise<string> {
  const listed = await output('readlink', ['-f', '/usr/lib/x86_64-linux-gnu/libblas.so.3']);
  return /openblas/.test(listed ?? '')
    ? 'OpenBLAS'
    : /mkl/.test(listed ?? '')
      ? 'MKL'
      : `unknown (${listed?.trim().split('/').slice(-2).join('/') ?? 'no libblas'})`;
}

function output(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 && text !== '' ? text : undefined));
  });
}

/** Starts `networks.py` under a thread setting. */
export function startTorch(python: string, setting: TorchSetting): Torch {
  const child: ChildProcessWithoutNullStreams = spawn(python, [fileURLToPath(new URL('networks.py', import.meta.url))], {
    env: { ...process.env, ...setting.env },
  });
  let failure: Error | undefined;
  let errors = '';
  let cpu = 0;
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  child.stderr.on('data', (part: Buffer) => (errors = (errors + part.toString()).slice(-4000)));
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line));
  const end = (why: string): void => {
    failure ??= new Error(`PyTorch's process ended (${why}): ${errors.trim()}`);
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  child.on('error', (error) => end(error.message));
  child.on('close', (code) => end(`code ${code}`));
  child.stdin.on('error', () => undefined);
  return {
    setting,
    cpuSeconds: () => cpu,
    async ask<T>(request: object): Promise<T> {
      if (failure !== undefined) throw failure;
      const line = new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = JSON.parse(await line) as T & { cpuSeconds?: number };
      cpu = answer.cpuSeconds ?? cpu;
      return answer;
    },
    async close() {
      const closed = new Promise<void>((resolve) => (child.exitCode === null ? child.once('close', () => resolve()) : resolve()));
      child.stdin.end();
      await closed;
    },
  };
}

/** Numbers as they travel to the process. */
export function packed(
  data: Float32Array | Int32Array,
  shape: readonly number[],
): { data: string; shape: readonly number[]; dtype: string } {
  return {
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    shape,
    dtype: data instanceof Int32Array ? 'int32' : 'float32',
  };
}
