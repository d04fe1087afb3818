import { type Engine, FRAME_SOURCE, type PanelResult, VerilensError } from '@verilens/core';
import { isJudged, jsonItem, type ReportItem } from '@verilens/report';
import { exitCode } from '../exit-code.ts';
import { expandInputs } from '../expand-inputs.ts';
import { failureLine, isAbort, toFailure } from '../failure.ts';
import { type FileFacts, fileFacts } from '../file-facts.ts';
import type { DeviceName } from '../options.ts';
import { createProgress } from '../progress.ts';
import type { CliEnvironment } from '../run.ts';
import { appliedMethods, methodLines, type MethodKind, methodsOfKind } from '../methods.ts';
import { pickStill } from '../still.ts';
import { type InstalledPlugin } from '../toolkit.ts';
import { unknownPlugin } from '../pick-plugin.ts';
import { openEngine } from '../open-engine.ts';
import { type DetectorChoice, withChoices } from '../plugin-options.ts';
import { verdictLine } from '../verdict-line.ts';

export interface DetectCommandOptions extends DetectorChoice {
  readonly plugin?: readonly string[];
  readonly device: DeviceName;
  readonly threads?: number;
  readonly json?: boolean;
  readonly report?: string;
  readonly fps?: number;
  readonly threshold?: number;
  readonly failOn?: 'manipulated';
  readonly kind?: MethodKind;
}

/** How many heat maps a report shows for each input. */
const evidenceMaps = 6;

/** Judges every input; one that fails does not stop the others. */
export async function detect(names: readonly string[], options: DetectCommandOptions, environment: CliEnvironment): Promise<number> {
  const { terminal, folder, signal } = environment;
  // A report that cannot be written is said before an hour of work and not after it.
  const report = options.report === undefined ? undefined : await (await import('../report-file.ts')).openReport(options.report, folder);
  const inputs = await expandInputs(names, folder);
  const chosen = await withChoices(await choosePlugins(options.plugin, environment), options, environment);
  const items: ReportItem[] = [];
  const progress = createProgress(terminal, { enabled: !(options.json === true && terminal.outIsTty) });
  const show = (item: ReportItem): void => {
    items.push(item);
    progress.clear();
    if (options.json) terminal.out(`${JSON.stringify(jsonItem(item))}\n`);
    else if (isJudged(item)) terminal.out(`${verdictLine(item, terminal)}\n${methodLines(item.methods ?? [], terminal)}`);
    else terminal.err(`${verdictLine(item, terminal)}\n`);
  };
  let engine: Engine | undefined;
  let interrupted = false;
  try {
    for (const [index, input] of inputs.entries()) {
      if (signal.aborted) break;
      if ('error' in input) {
        show({ name: input.name, failure: toFailure(input.error) });
        continue;
      }
      progress.show(input.name, undefined, engine === undefined ? 'loading models' : `${index + 1} of ${inputs.length}`);
      engine ??= await openEngine(chosen, options, environment);
      show(
        await judgeFile(
          engine,
          input,
          {
            ...options,
            wantsFacts: options.json === true || report !== undefined,
            wantsStill: report !== undefined,
            wantsLength: terminal.errIsTty,
          },
          environment,
          (processedMs, durationMs) =>
            progress.show(
              input.name,
              durationMs ? processedMs / durationMs : undefined,
              inputs.length > 1 ? `${index + 1} of ${inputs.length}` : '',
            ),
        ),
      );
    }
  } catch (error) {
    if (!signal.aborted && !isAbort(error)) throw error;
  } finally {
    progress.clear();
    interrupted = signal.aborted;
    if (report && (interrupted || items.length === inputs.length)) {
      await report.write(items, { plugins: chosen, incomplete: interrupted });
      if (!options.json) terminal.err(`Report: ${report.path}\n`);
    } else await report?.discard();
    await engine?.dispose();
  }
  if (interrupted) {
    terminal.err(`Interrupted: ${items.length} of ${inputs.length} inputs judged.\n`);
    return exitCode.interrupted;
  }
  return codeFor(items, options.failOn);
}

export function codeFor(items: readonly ReportItem[], failOn?: 'manipulated'): number {
  if (failOn === 'manipulated' && items.some((item) => isJudged(item) && item.result.status === 'MANIPULATED')) return exitCode.manipulated;
  return items.every(isJudged) ? exitCode.ok : exitCode.failed;
}

async function choosePlugins(
  names: readonly string[] | undefined,
  { toolkit, folder, terminal }: CliEnvironment,
): Promise<readonly InstalledPlugin[]> {
  const { plugins, problems } = await toolkit.plugins(folder);
  for (const { error } of problems) terminal.err(`warning ${failureLine(toFailure(error))}\n`);
  const detectors = plugins.filter((plugin) => plugin.role === 'detector');
  const available = detectors.map((plugin) => plugin.name);
  if (names !== undefined) {
    return [...new Set(names)].map(
      (name) => detectors.find((plugin) => plugin.name === name) ?? raise(unknownPlugin(name, available, problems.length)),
    );
  }
  if (detectors.length > 0) return detectors;
  throw new VerilensError('UNKNOWN_NAME', 'no detector is installed here', {
    place: 'plugins',
    remedy: 'Install one where you run this command, e.g. npm install @verilens/plugin-stdt.',
  });
}

async function judgeFile(
  engine: Engine,
  input: { name: string; path: string },
  options: DetectCommandOptions & { readonly wantsFacts: boolean; readonly wantsStill: boolean; readonly wantsLength: boolean },
  { signal }: CliEnvironment,
  onProgress: (processedMs: number, durationMs: number | undefined) => void,
): Promise<ReportItem> {
  let facts: FileFacts | undefined;
  try {
    if (options.wantsFacts) facts = await fileFacts(input.path, signal);
    const durationMs = options.wantsLength ? await lengthOf(engine, input.path, signal) : undefined;
    const result: PanelResult = await engine.detect(input.path, {
      detectors: methodsOfKind(engine, options.kind),
      fps: options.fps,
      threshold: options.threshold,
      evidenceMaps: options.wantsStill ? evidenceMaps : 0,
      signal,
      onProgress: ({ processedMs }) => onProgress(processedMs, durationMs),
    });
    const { info } = result.media;
    return {
      name: input.name,
      media: facts && {
        mimeType: `${result.media.kind}/${info.format}`,
        width: info.width || undefined,
        height: info.height || undefined,
        durationMs: info.durationMs,
        frameRate: info.frameRate,
        ...facts,
      },
      result,
      methods: appliedMethods(engine, result, options.kind),
      still: options.wantsStill ? await pickStill(engine, input.path, result, signal) : undefined,
    };
  } catch (error) {
    if (signal.aborted || isAbort(error)) throw error;
    return { name: input.name, media: facts, failure: toFailure(error) };
  }
}

/** For the progress bar alone; whatever is wrong with the file is said when it is judged. */
async function lengthOf(engine: Engine, path: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const opened = await (await engine.resolve(FRAME_SOURCE)).open(path, { signal });
    await opened.close?.();
    return opened.info.durationMs;
  } catch {
    return undefined;
  }
}

function raise(error: Error): never {
  throw error;
}
