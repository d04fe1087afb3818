import type { Box, TrackState } from '@verilens/core';
import type { Preview, Source } from '../../protocol.ts';
import { type Camera, openCamera } from '../../shell/camera.ts';
import { h } from '../../shell/dom.ts';
import { figures } from '../../shell/figures.ts';
import type { App, Panel } from '../../shell/panel.ts';
import { picker } from '../../shell/picker.ts';
import { work } from '../../shell/work.ts';
import { boxEditor } from './box-editor.ts';

const WORDS: Readonly<Record<TrackState, string>> = { tracking: 'seen', uncertain: 'guessed', lost: 'lost' };
/** By brightness and dash, not by colour alone. */
const STROKES: Readonly<Record<TrackState, readonly [colour: string, dash: readonly number[]]>> = {
  tracking: ['#fff', []],
  uncertain: ['#ffd166', [10, 6]],
  lost: ['#ff8a8a', [3, 6]],
};

/** Draw a box around something and watch it followed. */
export function trackPanel({ engine }: App): Panel {
  const picture = h('canvas', {
    class: 'picture',
    tabindex: 0,
    role: 'application',
    'aria-label': 'The first frame. Draw a box by dragging, or with the arrow keys; Shift and arrow keys change its size.',
  });
  const root = h('div', { class: 'stage boxable', hidden: true }, picture);
  const job = work('Stop');
  const numbers = figures(['Frames a second', 'State', 'Confidence', 'Frames']);
  const start = h('button', { type: 'button', class: 'main', disabled: true, onclick: () => void follow() }, 'Follow it');
  const hint = h(
    'p',
    { class: 'small dim', hidden: true },
    'Drag a box around what is to be followed, or use the arrow keys on the picture (with Shift: its size).',
  );
  let source: Source | undefined;
  let camera: Camera | undefined;
  let frozen: ImageBitmap | undefined;

  const redraw = (): void => {
    const context = picture.getContext('2d')!;
    if (frozen !== undefined) context.drawImage(frozen, 0, 0, picture.width, picture.height);
    if (editor.box !== undefined) outline(editor.box, 'tracking');
    start.disabled = editor.box === undefined;
  };
  const editor = boxEditor(picture, redraw);

  const outline = ({ x, y, width, height }: Box, state: TrackState): void => {
    const context = picture.getContext('2d')!;
    const [colour, dash] = STROKES[state];
    context.lineWidth = Math.max(2, picture.width / 220);
    context.setLineDash(dash.map((length) => (length * picture.width) / 480));
    context.strokeStyle = '#000a';
    context.strokeRect(x - 1, y - 1, width + 2, height + 2);
    context.strokeStyle = colour;
    context.strokeRect(x, y, width, height);
    context.setLineDash([]);
  };
  /** The canvas has the source's pixels, so boxes need no scaling. */
  const paint = ({ bitmap, width, height }: Preview): void => {
    if (picture.width !== width || picture.height !== height) [picture.width, picture.height] = [width, height];
    picture.getContext('2d')!.drawImage(bitmap, 0, 0, width, height);
  };
  const forget = (): void => {
    camera?.stop();
    camera = source = undefined;
    frozen?.close();
    frozen = undefined;
    editor.set(undefined);
  };
  const ready = (preview: Preview, box: Box | undefined): void => {
    paint(preview);
    frozen = preview.bitmap;
    root.hidden = hint.hidden = false;
    editor.enabled = true;
    editor.set(box);
    redraw();
  };

  const open = async (next: Blob | 'drawn', say: string): Promise<void> => {
    forget();
    await job.run(say, async ({ signal }) => {
      const { box, ...preview } = await engine.call('firstFrame', { source: next }, { signal });
      source = next;
      ready(preview, box);
    });
  };
  const openLive = async (): Promise<void> => {
    forget();
    try {
      camera = await openCamera();
    } catch (error) {
      return job.fail(error);
    }
    source = 'page';
    const bitmap = await createImageBitmap(camera.video);
    job.clear();
    return ready({ bitmap, timestampMs: 0, width: bitmap.width, height: bitmap.height }, undefined);
  };

  const follow = async (): Promise<void> => {
    const { box } = editor;
    if (source === undefined || box === undefined) return;
    editor.enabled = false;
    start.disabled = true;
    let frames = 0;
    const finished = await job.run('Following …', async ({ signal }) => {
      await engine.call(
        'track',
        { source: source!, box },
        {
          signal,
          nextFrame: async () => camera?.nextFrame(),
          onEvent: ({ preview, box: found, state, confidence, framesPerSecond }) => {
            frames++;
            paint(preview);
            preview.bitmap.close();
            outline(found, state);
            numbers.show([framesPerSecond.toFixed(0), WORDS[state], `${Math.round(100 * confidence)} %`, String(frames)]);
          },
        },
      );
    });
    if (finished) job.say(`Followed to the end: ${frames} frames. Draw another box, or follow again.`);
    editor.enabled = true;
    start.disabled = false;
  };

  return {
    name: 'track',
    title: 'Track',
    root: h(
      'section',
      { 'aria-labelledby': 'track-title' },
      h('h1', { id: 'track-title' }, 'Follow something through a video'),
      h(
        'p',
        { class: 'lead' },
        'A correlation filter on a few chosen channels learns what the box shows, and finds it again in every frame.',
      ),
      h(
        'div',
        { class: 'columns' },
        h(
          'div',
          { class: 'stack' },
          picker(
            {
              hint: 'Drop a video here',
              accept: 'video/*',
              button: 'Choose a video',
              onFiles: ([file]) => void open(file!, `Opening ${file!.name} …`),
            },
            h('button', { type: 'button', onclick: () => void openLive() }, 'Use the camera'),
            h('button', { type: 'button', onclick: () => void open('drawn', 'Drawing an object …') }, 'Draw an example'),
          ),
          hint,
          root,
        ),
        h('div', { class: 'stack' }, h('div', { class: 'sheet stack' }, h('div', { class: 'row' }, start), job.root, numbers.root)),
      ),
    ),
    leave: () => {
      job.stop();
      camera?.stop();
      if (camera !== undefined) forget();
    },
  };
}
