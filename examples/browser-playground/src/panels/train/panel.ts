import type { TrainAnswer } from '../../protocol.ts';
import { download } from '../../shell/download.ts';
import { duration, h, replace } from '../../shell/dom.ts';
import type { App, Panel } from '../../shell/panel.ts';
import { figures } from '../../shell/figures.ts';
import { pixelCanvas } from '../../shell/pixel-canvas.ts';
import { work } from '../../shell/work.ts';
import { curve } from './curve.ts';

const LENGTHS = [200, 600, 2000];

/** A small classifier learns to tell shapes apart, from nothing, in the page. */
export function trainPanel(app: App): Panel {
  const { engine } = app;
  const drawing = curve();
  const job = work('Stop');
  const numbers = figures(['Step', 'Loss', 'Accuracy', 'A step takes']);
  const result = h('section', { class: 'sheet stack', hidden: true });
  const length = h(
    'select',
    { id: 'train-length' },
    ...LENGTHS.map((steps) => h('option', { value: steps, selected: steps === 600 }, `${steps} steps`)),
  );
  const start = h('button', { type: 'button', class: 'main', onclick: () => void train(undefined) }, 'Train');
  const resume = h('button', { type: 'button', hidden: true, onclick: () => void train(kept) }, 'Go on');
  let kept: { readonly checkpoint: Uint8Array; readonly steps: number } | undefined;

  const train = async (from: typeof kept): Promise<void> => {
    const steps = from?.steps ?? Number(length.value);
    if (from === undefined) drawing.clear();
    result.hidden = true;
    start.hidden = resume.hidden = true;
    length.disabled = true;
    await job.run('Writing the training step …', async ({ signal, progress }) => {
      const answer = await engine.call(
        'train',
        { steps, checkpoint: from?.checkpoint },
        {
          signal,
          onEvent: ({ step, loss, accuracy, stepMs }) => {
            drawing.add({ step, loss, accuracy }, steps);
            numbers.show([String(step), loss.toFixed(3), `${Math.round(100 * accuracy)} %`, duration(stepMs)]);
            progress(step / steps, `Training on ${engine.state.report?.device === 'webgpu' ? 'WebGPU' : 'WASM'}: step ${step} of ${steps}`);
          },
        },
      );
      kept = answer.finished ? undefined : { checkpoint: answer.checkpoint, steps };
      show(answer);
    });
    if (kept !== undefined) job.say('Stopped. Nothing is lost: go on whenever you like, on another device too.');
    start.textContent = kept === undefined ? 'Train again' : 'Begin anew';
    start.hidden = false;
    resume.hidden = kept === undefined;
    length.disabled = false;
  };
  const show = ({ onnx, labels, samples }: TrainAnswer): void => {
    app.trained = { kind: 'onnx', bytes: onnx, name: 'your shape classifier', description: JSON.stringify({ labels }) };
    const right = samples.filter(({ truth, answer }) => truth === answer).length;
    replace(
      result,
      h('h2', {}, `Shapes it never saw: ${right} of ${samples.length} right`),
      h(
        'div',
        { class: 'samples' },
        ...samples.map(({ image, truth, answer, score }) =>
          h(
            'figure',
            {},
            pixelCanvas(image, `A ${truth}`),
            h(
              'figcaption',
              { class: truth === answer ? undefined : 'wrong' },
              h('b', {}, answer),
              h('span', {}, `${Math.round(100 * score)} %`),
              truth !== answer && h('span', {}, `is a ${truth}`),
            ),
          ),
        ),
      ),
      h(
        'div',
        { class: 'row' },
        h('button', { type: 'button', onclick: () => download('shapes.onnx', onnx, 'application/octet-stream') }, 'Save as ONNX'),
        h('span', { class: 'small dim' }, 'An ordinary ONNX file: any runtime runs it, and the Explain panel opens it.'),
      ),
    );
    result.hidden = false;
  };

  return {
    name: 'train',
    title: 'Train',
    root: h(
      'section',
      { 'aria-labelledby': 'train-title' },
      h('h1', { id: 'train-title' }, 'Train a classifier, here'),
      h(
        'p',
        { class: 'lead' },
        'Forward pass, gradients and optimiser are one ONNX graph; the device that runs models trains them too. Each picture is drawn once and never again, so the accuracy is always that on new pictures.',
      ),
      h(
        'div',
        { class: 'columns' },
        h(
          'div',
          { class: 'stack' },
          h(
            'div',
            { class: 'sheet stack' },
            h('div', { class: 'row' }, start, resume, h('label', { for: 'train-length', class: 'visually-hidden' }, 'Length'), length),
            job.root,
            drawing.root,
            h('div', { class: 'row' }, h('span', { class: 'key' }, 'loss'), h('span', { class: 'key second' }, 'accuracy')),
          ),
        ),
        h('div', { class: 'stack' }, h('div', { class: 'sheet' }, numbers.root), result),
      ),
    ),
  };
}
