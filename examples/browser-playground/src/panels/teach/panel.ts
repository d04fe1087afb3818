import type { LearnerPreset, LearnerReport, Lesson } from '../../protocol.ts';
import { openCamera } from '../../shell/camera.ts';
import { download } from '../../shell/download.ts';
import { byteSize, duration, h, replace } from '../../shell/dom.ts';
import { figures } from '../../shell/figures.ts';
import type { App, Panel } from '../../shell/panel.ts';
import { pixelCanvas } from '../../shell/pixel-canvas.ts';
import { work } from '../../shell/work.ts';
import { classForm } from './class-form.ts';
import { tryIt } from './try-it.ts';

/** Pictures that the camera takes for a class, and the time between them. */
const SHOTS = 8;
const SHOT_EVERY_MS = 450;
const DRAWN = 10;

/** Five pictures make a class; session after session. */
export function teachPanel({ engine }: App): Panel {
  const job = work('Stop');
  const numbers = figures(['Classes', 'Right on test pictures', 'Pictures kept', 'Learning took']);
  const classes = h('ul', { class: 'classes' });
  const start = h('button', { type: 'button', class: 'main', onclick: () => void learn() }, 'Learn it');
  const save = h(
    'button',
    { type: 'button', disabled: true, onclick: () => kept && download('learner.safetensors', kept.file, 'application/octet-stream') },
    'Save to a file',
  );
  const restoreInput = h('input', {
    type: 'file',
    accept: '.safetensors',
    'aria-label': 'Restore from a file',
    onchange: () => void restore(restoreInput.files?.[0]),
  });
  const care = h(
    'select',
    { id: 'teach-care' },
    h('option', { value: 'small' }, 'Careful: looks at 32 × 32 pixels'),
    h('option', { value: 'tiny' }, 'Quick: looks at 16 × 16 pixels'),
  );
  const trial = tryIt(engine, (error) => job.fail(error));
  const trialPlace = h('section', { class: 'sheet stack', hidden: true }, h('h2', {}, 'Try it'), trial.root);
  const known = h(
    'section',
    { class: 'sheet stack', hidden: true },
    h('h2', {}, 'What it knows'),
    numbers.root,
    classes,
    h('div', { class: 'row' }, save),
  );
  /** Lessons of this sitting: their test pictures measure after every session. */
  let lessons: Lesson[] = [];
  let kept: LearnerReport | undefined;
  let drawn = 0;
  let atWorker: unknown;

  const fromCamera = async (): Promise<void> => {
    await job.run('Hold it before the camera and turn it a little …', async ({ signal, progress }) => {
      const camera = await openCamera();
      view.hidden = false;
      replace(view, camera.video);
      try {
        for (let shot = 0; shot < SHOTS && !signal.aborted; shot++) {
          await new Promise((resolve) => setTimeout(resolve, SHOT_EVERY_MS));
          const frame = await camera.nextFrame();
          if (frame === undefined) break;
          form.add([await blobOf(frame.bitmap)]);
          progress((shot + 1) / SHOTS, `Picture ${shot + 1} of ${SHOTS}`);
        }
      } finally {
        camera.stop();
        view.hidden = true;
      }
    });
  };
  const fromPen = async (): Promise<void> => {
    await job.run('Drawing a class …', async ({ signal }) => {
      const { label, pictures } = await engine.call('drawnClass', { number: drawn++, pictures: DRAWN, first: 0 }, { signal });
      form.clear();
      form.add(pictures, label);
    });
  };
  const view = h('div', { class: 'stage', hidden: true });
  const form = classForm(
    [
      h('button', { type: 'button', onclick: () => void fromCamera() }, 'Use the camera'),
      h('button', { type: 'button', onclick: () => void fromPen() }, 'Draw an example'),
    ],
    () => undefined,
  );

  /** A worker that was started anew knows nothing: it is given what this panel kept. */
  const bringBack = async (): Promise<void> => {
    const { report } = engine.state;
    if (kept !== undefined && atWorker !== report) await engine.call('restore', { file: kept.file });
    atWorker = engine.state.report;
  };
  const learn = async (): Promise<void> => {
    const lesson = form.lesson(kept?.labels ?? []);
    if (typeof lesson === 'string') return job.fail(new Error(lesson));
    start.disabled = true;
    await job.run(`Learning ${lesson.label} …`, async ({ signal, progress }) => {
      await bringBack();
      const report = await engine.call(
        'learn',
        { lessons: [lesson], known: lessons, preset: care.value as LearnerPreset },
        { signal, onEvent: ({ share, stage }) => progress(share, `Learning ${lesson.label}: ${stage}`) },
      );
      atWorker = engine.state.report;
      lessons = [...lessons, lesson];
      form.clear();
      show(report);
    });
    start.disabled = false;
    return undefined;
  };
  const restore = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    restoreInput.value = '';
    await job.run(`Restoring ${file.name} …`, async ({ signal }) => {
      const report = await engine.call('restore', { file: new Uint8Array(await file.arrayBuffer()) }, { signal });
      atWorker = engine.state.report;
      lessons = [];
      show(report);
    });
  };
  const show = (report: LearnerReport): void => {
    kept = report;
    // One learner has one size of picture for good.
    care.value = report.preset;
    care.disabled = true;
    const { labels, memory, accuracy, exemplars, durationMs } = report;
    const right = accuracy === undefined ? 'no test pictures' : `${Math.round((100 * accuracy.right) / accuracy.of)} % of ${accuracy.of}`;
    numbers.show([
      String(labels.length),
      right,
      `${memory.exemplars} · ${byteSize(memory.bytes)}`,
      durationMs === 0 ? '–' : duration(durationMs),
    ]);
    replace(
      classes,
      ...labels.map((label) =>
        h(
          'li',
          {},
          h('span', {}, label),
          h(
            'ul',
            { class: 'thumbs small' },
            ...exemplars
              .filter((one) => one.label === label)
              .map(({ image }) => h('li', {}, pixelCanvas(image, `What is kept of ${label}`))),
          ),
        ),
      ),
    );
    known.hidden = trialPlace.hidden = false;
    save.disabled = false;
  };

  return {
    name: 'teach',
    title: 'Teach',
    root: h(
      'section',
      { 'aria-labelledby': 'teach-title' },
      h('h1', { id: 'teach-title' }, 'Teach it something new'),
      h(
        'p',
        { class: 'lead' },
        `Five pictures of a class are enough, then another class, and another. For each it keeps two small pictures that it makes itself, so that it does not forget.`,
      ),
      h(
        'div',
        { class: 'columns' },
        h(
          'div',
          { class: 'stack' },
          h(
            'section',
            { class: 'sheet stack' },
            h('h2', {}, 'A new class'),
            form.root,
            view,
            h('div', { class: 'field' }, h('label', { for: 'teach-care' }, 'How'), care),
            h(
              'div',
              { class: 'row spread' },
              start,
              h('span', { class: 'button chooser' }, h('span', { 'aria-hidden': 'true' }, 'Restore from a file'), restoreInput),
            ),
            job.root,
          ),
        ),
        h('div', { class: 'stack' }, known, trialPlace),
      ),
    ),
    enter: () => void bringBack().catch(() => undefined),
    leave: () => trial.stop(),
  };
}

async function blobOf(bitmap: ImageBitmap): Promise<Blob> {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: 'image/png' });
}
