import type { ExplainAnswer, ModelChoice } from '../../protocol.ts';
import { duration, h, replace } from '../../shell/dom.ts';
import type { App, Panel } from '../../shell/panel.ts';
import { picker } from '../../shell/picker.ts';
import { bitmapCanvas } from '../../shell/pixel-canvas.ts';
import { work } from '../../shell/work.ts';

const METHODS: readonly { readonly name: string; readonly label: string; readonly needs: 'scores' | 'onnx' }[] = [
  { name: 'occlusion', label: 'Occlusion: cover parts, watch the score', needs: 'scores' },
  { name: 'rise', label: 'RISE: thousands of random masks', needs: 'scores' },
  { name: 'lime', label: 'LIME: a simple model of the answer', needs: 'scores' },
  { name: 'gradient-input', label: 'Gradient × input', needs: 'onnx' },
  { name: 'integrated-gradients', label: 'Integrated gradients', needs: 'onnx' },
  { name: 'grad-cam', label: 'Grad-CAM', needs: 'onnx' },
];

/** Why did a model answer as it did? */
export function explainPanel(app: App): Panel {
  const { engine } = app;
  const job = work('Stop');
  const result = h('div', { class: 'sheet stack', hidden: true });
  const model = h(
    'select',
    { id: 'explain-model', onchange: () => offer() },
    h('option', { value: 'face-finder' }, 'The face finder'),
    h('option', { value: 'learner' }, 'What you taught (Teach panel)'),
    h('option', { value: 'trained', disabled: true }, 'The classifier you trained (Train panel)'),
    h('option', { value: 'onnx', disabled: true }, 'An ONNX file …'),
  );
  const method = h('select', { id: 'explain-method' });
  const chosen = h('p', { class: 'small dim' }, 'No picture yet.');
  const start = h('button', { type: 'button', class: 'main', disabled: true, onclick: () => void explain(undefined) }, 'Explain');
  let picture: Blob | 'drawn' | undefined;
  let onnx: Extract<ModelChoice, { kind: 'onnx' }> | undefined;

  const offer = (): void => {
    const open = model.value === 'onnx' || model.value === 'trained';
    const usable = METHODS.filter(({ needs }) => needs === 'scores' || open);
    const before = method.value;
    replace(method, ...usable.map(({ name, label }) => h('option', { value: name, selected: name === before }, label)));
  };
  offer();
  const choose = (next: Blob | 'drawn', name: string): void => {
    picture = next;
    chosen.textContent = `Picture: ${name}`;
    start.disabled = false;
  };
  const take = async (files: readonly File[]): Promise<void> => {
    for (const file of files) {
      if (/\.onnx$/i.test(file.name)) {
        onnx = { kind: 'onnx', bytes: new Uint8Array(await file.arrayBuffer()), name: file.name, description: onnx?.description };
        const option = model.querySelector<HTMLOptionElement>('[value=onnx]')!;
        option.disabled = false;
        option.textContent = file.name;
        model.value = 'onnx';
        offer();
      } else if (/\.json$/i.test(file.name)) {
        if (onnx === undefined) return job.fail(new Error('Drop the ONNX file first, then the JSON that describes it.'));
        onnx = { ...onnx, description: await file.text() };
        job.say(`${file.name} describes ${onnx.name}.`);
      } else choose(file, file.name);
    }
  };

  const chosenModel = (): ModelChoice => {
    if (model.value === 'onnx') return onnx!;
    if (model.value === 'trained') return app.trained!;
    return { kind: model.value as 'face-finder' | 'learner' };
  };
  const explain = async (target: number | undefined): Promise<void> => {
    const choice = chosenModel();
    await job.run('Explaining …', async ({ signal, progress }) => {
      const answer = await engine.call(
        'explain',
        { picture: picture!, model: choice, method: method.value, target },
        { signal, onEvent: (share) => progress(share) },
      );
      show(answer, choice);
    });
  };
  const show = (answer: ExplainAnswer, choice: ModelChoice): void => {
    const { fidelity, objective, value, scores, modelRuns, durationMs, device } = answer;
    const small = answer.picture.width < 128 ? ' tiny' : '';
    const before = bitmapCanvas(answer.picture, 'The picture');
    const after = bitmapCanvas(answer.overlay, `Which parts speak for “${objective}”`);
    before.className = after.className = small.trim();
    const shares = scores.every(({ score }) => score >= 0 && score <= 1);
    replace(
      result,
      h('h2', {}, `“${objective}”, ${value.toPrecision(3)}`),
      h('div', { class: 'pair' }, before, after),
      fidelity && h('p', { class: 'small' }, trust(fidelity)),
      scores.length > 1 &&
        h(
          'ul',
          { class: 'bars asking', 'aria-label': 'Scores' },
          ...scores.map(({ index, label, score }) =>
            h(
              'li',
              {},
              h('span', {}, label),
              h('span', {}, score.toPrecision(3)),
              h('button', { type: 'button', class: 'small', 'aria-label': `Why ${label}?`, onclick: () => void explain(index) }, 'Why?'),
              shares && h('meter', { value: score, max: 1, 'aria-label': `${label}: ${score.toPrecision(3)}` }),
            ),
          ),
        ),
      h(
        'p',
        { class: 'small dim' },
        `${answer.method} of ${choice.kind === 'onnx' ? choice.name : answer.model}: ${modelRuns} pictures judged in ${duration(durationMs)} on ${device}.`,
      ),
    );
    result.hidden = false;
  };

  return {
    name: 'explain',
    title: 'Explain',
    root: h(
      'section',
      { 'aria-labelledby': 'explain-title' },
      h('h1', { id: 'explain-title' }, 'Why this answer?'),
      h(
        'p',
        { class: 'lead' },
        'Which parts of a picture an answer rests on, measured, and how far the map can be believed. Drop any ONNX image model beside the picture.',
      ),
      h(
        'div',
        { class: 'columns' },
        h(
          'div',
          { class: 'stack' },
          picker(
            {
              hint: 'Drop a picture or video, an ONNX file, or both',
              accept: 'image/*,video/*,.onnx,.json',
              button: 'Choose files',
              multiple: true,
              onFiles: (files) => void take(files).catch((error: unknown) => job.fail(error)),
            },
            h('button', { type: 'button', onclick: () => choose('drawn', 'drawn to fit the model') }, 'Draw an example'),
          ),
          h(
            'div',
            { class: 'sheet stack' },
            chosen,
            h('div', { class: 'field' }, h('label', { for: 'explain-model' }, 'Model'), model),
            h('div', { class: 'field' }, h('label', { for: 'explain-method' }, 'Method'), method),
            h('div', { class: 'row' }, start),
            job.root,
          ),
        ),
        h('div', { class: 'stack' }, result),
      ),
    ),
    enter: () => {
      model.querySelector<HTMLOptionElement>('[value=trained]')!.disabled = app.trained === undefined;
    },
  };
}

/** What the fidelity figures mean, in a sentence. */
function trust({ deletion, insertion, random }: NonNullable<ExplainAnswer['fidelity']>): string {
  const figures = `deletion ${deletion.toPrecision(3)} against ${random.deletion.toPrecision(3)}, insertion ${insertion.toPrecision(3)} against ${random.insertion.toPrecision(3)}`;
  return deletion < random.deletion && insertion > random.insertion
    ? `The map tells more than chance: covering what it marks changes the answer sooner than covering at random (${figures}).`
    : `Do not rely on this map: by at least one measure it is no better than a random one (${figures}).`;
}
