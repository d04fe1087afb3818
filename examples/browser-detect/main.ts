import { createEngine, type Engine, VerilensError, type VideoFrame } from '@verilens/core';
import { faces } from '@verilens/faces';
import { encodePng } from '@verilens/media';
import { f2c } from '@verilens/plugin-f2c';
import { stdt } from '@verilens/plugin-stdt';
import { reportHtml } from '@verilens/report';
import { wasm } from '@verilens/runtime-wasm';
import { watchedMedia } from './watched-media.ts';

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const canvas = element<HTMLCanvasElement>('frame');
const bar = element<HTMLProgressElement>('progress');
const status = element('status');
const link = element<HTMLAnchorElement>('report');

let engine: Promise<Engine> | undefined;
let running: AbortController | undefined;
let drawnAt = 0;

/** Models load when the first file is chosen, and stay loaded. */
function openEngine(): Promise<Engine> {
  engine ??= createEngine({ runtime: () => wasm(), plugins: [stdt(), f2c()], services: [watchedMedia(show), faces()] });
  // A failed start may be tried again with the next file.
  engine.catch(() => (engine = undefined));
  return engine;
}

/** Shows at most ten frames a second: drawing must not cost the detector its time. */
function show({ image, timestampMs }: VideoFrame, durationMs: number | undefined): void {
  if (durationMs) bar.value = Math.min(1, timestampMs / durationMs);
  if (performance.now() - drawnAt < 100) return;
  drawnAt = performance.now();
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(image.data), image.width, image.height), 0, 0);
}

async function judge(file: File): Promise<void> {
  running?.abort();
  const own = (running = new AbortController());
  say('Loading the models …', 'busy');
  element('work').hidden = element('actions').hidden = false;
  link.hidden = true;
  bar.removeAttribute('value');
  try {
    const ready = await openEngine();
    say(`Judging on ${ready.runtime.device} …`, 'busy');
    const result = await ready.detect(file, { evidenceMaps: 4, signal: own.signal });
    const score = result.score === null ? '' : `, score ${result.score.toFixed(2)} (manipulated from ${result.threshold.toFixed(2)})`;
    say(`${result.status}${score}${result.reason === undefined ? '' : `\n${result.reason}`}`, result.status);
    const { info } = result.media;
    const page = await reportHtml(
      [
        {
          name: file.name,
          media: { mimeType: file.type, bytes: file.size, width: info.width, height: info.height, durationMs: info.durationMs },
          result,
        },
      ],
      { encode: encodePng },
    );
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([page], { type: 'text/html' }));
    link.hidden = false;
  } catch (error) {
    if (running !== own) return;
    if (own.signal.aborted) say('Stopped.', 'stopped');
    else say(error instanceof VerilensError ? error.message : `Something went wrong: ${String(error)}`, 'error');
  } finally {
    if (running === own) bar.value = 1;
  }
}

function say(text: string, kind: string): void {
  status.textContent = text;
  status.dataset['status'] = kind;
}

const chooser = element<HTMLInputElement>('file');
chooser.addEventListener('change', () => chooser.files?.[0] && void judge(chooser.files[0]));
element('stop').addEventListener('click', () => running?.abort());
const drop = document.querySelector('.choose')!;
for (const name of ['dragover', 'dragleave', 'drop'] as const) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle('over', name === 'dragover');
    const file = name === 'drop' ? (event as DragEvent).dataTransfer?.files[0] : undefined;
    if (file) void judge(file);
  });
}
