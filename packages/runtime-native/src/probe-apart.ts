import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { isRightAnswer, probeModel } from '@verilens/core/runtime-kit';

/** Device files that hardware drivers of Linux keep open. */
export const GPU_NODE: RegExp = /^\/dev\/(dri\/(renderD|card)\d+|nvidia\d+|nvidiactl|dxg|mali\d*|kgsl-3d\d+|nvhost-gpu|nvgpu\/.*)$/;

/** Longest a driver may take to start and multiply two small matrices. */
const PATIENCE_MS = 30_000;

export interface ApartResult {
  readonly works: boolean;
  readonly reason: string;
  /** GPU device files left open by the driver (Linux). */
  readonly gpuNodes: readonly string[];
  /** Driver libraries in use (Linux). */
  readonly drivers: readonly string[];
}

/** Path of onnxruntime-node's entry file. */
export function ortEntry(): string {
  return createRequire(import.meta.url).resolve('onnxruntime-node');
}

/** Runs in a bare Node: no imports of ours, so that it starts in a fraction of a second from sources and from a build alike. */
const SCRIPT = `
const [entry, device, model] = process.argv.slice(1);
const { existsSync, readdirSync, readFileSync, readlinkSync } = require('node:fs');
const say = (answer) => process.stdout.write('\\n' + JSON.stringify(answer) + '\\n', () => process.exit(0));
(async () => {
  const ort = require(entry);
  ort.env.logLevel = 'fatal';
  const session = await ort.InferenceSession.create(new Uint8Array(Buffer.from(model, 'base64')), { executionProviders: [device], logSeverityLevel: 4 });
  const feed = (values, dims) => new ort.Tensor('float32', Float32Array.from(values), dims);
  const { y } = await session.run({ a: feed([1, 2, 3, 4, 5, 6], [2, 3]), b: feed([0.5, -1, 2, 0.25, -3, 1.5], [3, 2]) });
  let links = [], maps = '';
  if (existsSync('/proc/self/maps')) {
    links = readdirSync('/proc/self/fd').flatMap((fd) => { try { return [readlinkSync('/proc/self/fd/' + fd)]; } catch { return []; } });
    maps = readFileSync('/proc/self/maps', 'utf8');
  }
  const drivers = [...new Set(maps.match(/[^/\\s]*(?:libvulkan_|libvk_|libGLX_nvidia|libnvidia-vulkan)[^/\\s]*/g) ?? [])];
  say({ numbers: [...y.data], links, drivers });
})().catch((error) => say({ error: String(error && error.message || error) }));
`;

/** Devices that passed. A failure is tried again the next time: a driver may have been installed since. */
const passed = new Map<string, ApartResult>();

/** Runs the one-node model on a device in a child process: its crash or hang is an answer, not the end of this process. */
export async function probeApart(device: 'cuda' | 'webgpu'): Promise<ApartResult> {
  const known = passed.get(device);
  if (known !== undefined) return known;
  const result = await runApart(device);
  if (result.works) passed.set(device, result);
  return result;
}

async function runApart(device: 'cuda' | 'webgpu'): Promise<ApartResult> {
  const no = (reason: string): ApartResult => ({ works: false, reason, gpuNodes: [], drivers: [] });
  const model = Buffer.from(probeModel()).toString('base64');
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  // Loaders and flags of the parent have no business there.
  delete env['NODE_OPTIONS'];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['-e', SCRIPT, ortEntry(), device, model],
      { env, timeout: PATIENCE_MS, killSignal: 'SIGKILL', windowsHide: true },
      (error, stdout) => {
        const line = stdout.trim().split('\n').at(-1) ?? '';
        if (line.startsWith('{')) {
          const answer = JSON.parse(line) as { error?: string; numbers?: number[]; links?: string[]; drivers?: string[] };
          if (answer.error !== undefined) resolve(no(tidy(answer.error)));
          else if (!isRightAnswer(answer.numbers ?? [])) resolve(no(`a 2x3 by 3x2 product came out as [${String(answer.numbers)}]`));
          else
            resolve({
              works: true,
              reason: '',
              gpuNodes: (answer.links ?? []).filter((path) => GPU_NODE.test(path)),
              drivers: answer.drivers ?? [],
            });
          return;
        }
        if (error?.killed === true) resolve(no(`the driver did not answer within ${PATIENCE_MS / 1000} s`));
        else if (error?.signal) resolve(no(`the driver crashed (${error.signal})`));
        else
          resolve(
            no(`a trial run in another process ended without an answer (${error?.message.split('\n')[0]?.slice(0, 120) ?? 'exit 0'})`),
          );
      },
    );
  });
}

/** Engine text without source positions. */
function tidy(message: string): string {
  const said = /was false\. (.*)$/s.exec(message)?.[1] ?? message;
  return said.replace(/\s+/g, ' ').trim().slice(0, 300);
}
