import type { CheckAnswer, Source } from '../../protocol.ts';
import { type Camera, openCamera } from '../../shell/camera.ts';
import { download } from '../../shell/download.ts';
import { h, replace, scoreText } from '../../shell/dom.ts';
import type { App, Panel } from '../../shell/panel.ts';
import { picker } from '../../shell/picker.ts';
import { work } from '../../shell/work.ts';
import { stage } from './stage.ts';
import { timeline } from './timeline.ts';
import { verdictView } from './verdict.ts';

/** The detector judges runs of so many neighbouring frames. */
const CLIP_FRAMES = 8;

/** Is this video manipulated? */
export function checkPanel({ engine }: App): Panel {
  const view = stage();
  const line = timeline((timeMs) => view.seek(timeMs));
  view.onTime = (timeMs) => line.mark(timeMs);
  const job = work('Stop');
  const answerPlace = h('div', { class: 'sheet stack', hidden: true });
  const timePlace = h('section', { class: 'sheet stack', hidden: true }, h('h2', {}, 'Score over time'), line.root);
  const heatSwitch = h('input', { type: 'checkbox', checked: true, onchange: () => (view.heatShown = heatSwitch.checked) });
  const heatPlace = h(
    'div',
    { class: 'row small', hidden: true },
    h('label', { class: 'row' }, heatSwitch, 'Evidence over the face'),
    h('span', { class: 'legend', 'aria-hidden': 'true' }),
    h('span', { class: 'dim' }, 'least to most'),
    h('button', { type: 'button', class: 'small', onclick: () => void explainMoment() }, 'Explain this moment'),
  );
  const moments = h('div', { class: 'row', hidden: true });
  let camera: Camera | undefined;
  let judged: Blob | undefined;

  const closeCamera = (): void => {
    camera?.stop();
    camera = undefined;
  };
  const show = (answer: CheckAnswer, file: Blob | undefined, name: string): void => {
    judged = answer.kind === 'video' ? file : undefined;
    const timed = answer.kind === 'video' && answer.segments.length > 0;
    view.showResult(file, answer.kind, answer.heat);
    timePlace.hidden = !timed;
    if (timed) line.show(answer.segments, answer.threshold, answer.mediaMs);
    heatPlace.hidden = answer.faces.length === 0 || judged === undefined;
    const jumps = [...answer.heat]
      .sort((a, b) => b.score - a.score)
      .slice(0, 3)
      .map(({ timestampMs, score }) =>
        h(
          'button',
          {
            type: 'button',
            class: 'small',
            onclick: () => {
              view.seek(timestampMs);
              line.mark(timestampMs);
            },
          },
          `${(timestampMs / 1000).toFixed(1)} s · ${scoreText(score)}`,
        ),
      );
    moments.hidden = jumps.length === 0 || file === undefined;
    replace(moments, h('span', { class: 'small dim' }, 'Most suspicious moments:'), ...jumps);
    const stem = name.replace(/\.[^.]*$/, '');
    replace(
      answerPlace,
      verdictView(answer),
      h(
        'div',
        { class: 'row' },
        h('button', { type: 'button', onclick: () => download(`${stem}-report.html`, answer.html, 'text/html') }, 'Save the report'),
        h('button', { type: 'button', onclick: () => download(`${stem}.json`, answer.json, 'application/json') }, 'Save as JSON'),
      ),
    );
    answerPlace.hidden = false;
    if (answer.heat[0] !== undefined && file !== undefined) view.seek(answer.heat[0].timestampMs);
  };

  const explainMoment = async (): Promise<void> => {
    const source = judged;
    if (source === undefined) return;
    const at = view.timeMs;
    let found = 0;
    const done = await job.run('Covering the face piece by piece …', async ({ signal }) => {
      const heat = await engine.call('moment', { source, timestampMs: at }, { signal });
      found = heat.length;
      view.addHeat(heat);
      if (heat[0] !== undefined) view.seek(heat[0].timestampMs);
    });
    if (done && found === 0) job.say('No face is followed long enough at this moment.');
  };

  const judge = async (source: Source, name: string, file: Blob | undefined): Promise<void> => {
    view.clear();
    answerPlace.hidden = timePlace.hidden = heatPlace.hidden = moments.hidden = true;
    const live = source === 'page';
    if (live && camera !== undefined) view.showCamera(camera.video);
    await job.run(
      live ? 'Watching the camera. Press “Judge now” after a few seconds.' : `Judging ${name} …`,
      async ({ signal, progress }) => {
        const answer = await engine.call(
          'check',
          { source, name, type: file?.type ?? '' },
          {
            signal,
            nextFrame: async () => camera?.nextFrame(),
            onEvent: (event) => {
              if (event.kind === 'faces') return view.addFaces(event.sighting);
              view.showPreview(event.preview);
              return progress(event.share);
            },
          },
        );
        show(answer, file, name);
      },
    );
    if (live) closeCamera();
    judgeNow.hidden = true;
  };

  const judgeNow = h('button', { type: 'button', class: 'main', hidden: true, onclick: () => camera?.stop() }, 'Judge now');
  const useCamera = async (): Promise<void> => {
    closeCamera();
    try {
      camera = await openCamera({ run: CLIP_FRAMES });
    } catch (error) {
      return job.fail(error);
    }
    judgeNow.hidden = false;
    return judge('page', 'camera', undefined);
  };
  const useExample = async (): Promise<void> => {
    let drawn: Blob | undefined;
    await job.run('Drawing a face, forged for a while …', async ({ signal, progress }) => {
      drawn = await engine.call('example', { kind: 'face' }, { signal, onEvent: (share) => progress(share) });
    });
    if (drawn !== undefined) await judge(drawn, 'drawn-face.webm', drawn);
  };
  const choose = picker(
    {
      hint: 'Drop a video or a picture here',
      accept: 'video/*,image/*',
      button: 'Choose a file',
      onFiles: ([file]) => {
        closeCamera();
        judgeNow.hidden = true;
        void judge(file!, file!.name, file);
      },
    },
    h('button', { type: 'button', onclick: () => void useCamera() }, 'Use the camera'),
    h('button', { type: 'button', onclick: () => void useExample() }, 'Draw an example'),
  );

  return {
    name: 'check',
    title: 'Check',
    root: h(
      'section',
      { 'aria-labelledby': 'check-title' },
      h('h1', { id: 'check-title' }, 'Is this video manipulated?'),
      h(
        'p',
        { class: 'lead' },
        'Faces are found and followed; two networks look for traces that forging leaves, between frames and within them. You see where, when and how sure.',
      ),
      h(
        'div',
        { class: 'columns' },
        h('div', { class: 'stack' }, choose, job.root, judgeNow, view.root, heatPlace, moments, timePlace),
        h('div', { class: 'stack' }, answerPlace),
      ),
    ),
    enter: () => void engine.call('warm', {}).catch(() => undefined),
    leave: () => {
      if (camera !== undefined) job.stop();
      closeCamera();
    },
  };
}
