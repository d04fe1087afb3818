import type { CheckAnswer, Source, Verdict } from '../../protocol.ts';
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

/** Is this video or picture real? */
export function checkPanel({ engine }: App): Panel {
  const view = stage();
  const line = timeline((timeMs) => view.seek(timeMs));
  view.onTime = (timeMs) => line.mark(timeMs);
  const job = work('Stop');
  const answerPlace = h('div', { class: 'sheet stack', hidden: true });
  const savePlace = h('div', { class: 'row' });
  const timePlace = h('section', { class: 'sheet stack', hidden: true }, h('h2', {}, 'Score over time'), line.root);
  const heatSwitch = h('input', { type: 'checkbox', checked: true, onchange: () => (view.heatShown = heatSwitch.checked) });
  const heatWords = h('span', {}, 'Evidence over the face');
  const explainButton = h('button', { type: 'button', class: 'small', onclick: () => void explainMoment() }, 'Explain this moment');
  const heatPlace = h(
    'div',
    { class: 'row small', hidden: true },
    h('label', { class: 'row' }, heatSwitch, heatWords),
    h('span', { class: 'legend', 'aria-hidden': 'true' }),
    h('span', { class: 'dim' }, 'least to most'),
    explainButton,
  );
  const moments = h('div', { class: 'row', hidden: true });
  let camera: Camera | undefined;
  let judged: Blob | undefined;

  const closeCamera = (): void => {
    camera?.stop();
    camera = undefined;
  };
  const showVerdict = (verdict: Verdict, file: Blob | undefined): void => {
    const timed = verdict.kind === 'video' && verdict.segments.length > 0;
    view.showResult(file, verdict.kind);
    timePlace.hidden = !timed;
    if (timed) line.show(verdict.segments, verdict.threshold, verdict.mediaMs);
    replace(answerPlace, verdictView(verdict), savePlace);
    replace(savePlace);
    answerPlace.hidden = false;
  };
  const showEvidence = ({ verdict, heat, html, json }: CheckAnswer, file: Blob | undefined, name: string): void => {
    const video = verdict.kind === 'video';
    judged = video ? file : undefined;
    view.addHeat(heat);
    heatPlace.hidden = video ? verdict.faces.length === 0 || judged === undefined : heat.length === 0;
    heatWords.textContent = video ? 'Evidence over the face' : 'Evidence over the picture';
    explainButton.hidden = !video;
    const bySuspicion = [...heat].sort((a, b) => b.score - a.score);
    const jumps = bySuspicion.slice(0, 3).map(({ timestampMs, score }) =>
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
    moments.hidden = jumps.length === 0 || judged === undefined;
    replace(moments, h('span', { class: 'small dim' }, 'Most suspicious moments:'), ...jumps);
    const stem = name.replace(/\.[^.]*$/, '');
    replace(
      savePlace,
      h('button', { type: 'button', onclick: () => download(`${stem}-report.html`, html, 'text/html') }, 'Save the report'),
      h('button', { type: 'button', onclick: () => download(`${stem}.json`, json, 'application/json') }, 'Save as JSON'),
    );
    // Whoever moved the video meanwhile is not moved away.
    if (bySuspicion[0] !== undefined && judged !== undefined && view.timeMs === 0) view.seek(bySuspicion[0].timestampMs);
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
    const own = live ? camera : undefined;
    if (own !== undefined) view.showCamera(own.video);
    judged = undefined;
    let stands = false;
    const done = await job.run(
      live ? 'Watching the camera. Press “Judge now” after a few seconds.' : `Judging ${name} …`,
      async ({ signal, progress }) => {
        const answer = await engine.call(
          'check',
          { source, name, type: file?.type ?? '' },
          {
            signal,
            nextFrame: async () => own?.nextFrame(),
            onEvent: (event) => {
              // Of a file that another one has replaced.
              if (signal.aborted) return undefined;
              if (event.kind === 'faces') return view.addFaces(event.sighting);
              if (event.kind === 'verdict') {
                stands = true;
                showVerdict(event.verdict, file);
                return progress(undefined, 'Mapping where the evidence lies …');
              }
              if (stands) return event.preview.bitmap.close();
              view.showPreview(event.preview);
              return progress(event.share);
            },
          },
        );
        if (!stands) showVerdict(answer.verdict, file);
        showEvidence(answer, file, name);
      },
    );
    if (!done && stands && !job.busy) job.say('Stopped. The verdict stands; evidence and report were not made.');
    own?.stop();
    if (camera !== own) return;
    camera = undefined;
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
      h('h1', { id: 'check-title' }, 'Is this real?'),
      h(
        'p',
        { class: 'lead' },
        'In a video, faces are followed and two networks look for traces that forging leaves, between frames and within them. In a picture, one looks for the spectrum that image generators leave. You see where, when and how sure.',
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
