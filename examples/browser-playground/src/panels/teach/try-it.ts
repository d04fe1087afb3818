import type { EngineClient } from '../../engine-client.ts';
import { type Camera, openCamera } from '../../shell/camera.ts';
import { h, replace } from '../../shell/dom.ts';
import { picker } from '../../shell/picker.ts';

const SHOWN = 4;

/** What the learner says about a picture, or about what the camera sees right now. */
export interface TryIt {
  readonly root: HTMLElement;
  stop(): void;
}

export function tryIt(engine: EngineClient, onError: (error: unknown) => void): TryIt {
  const answers = h('ul', { class: 'bars', 'aria-label': 'What it takes the picture for', 'aria-live': 'polite' });
  const view = h('div', { class: 'stage', hidden: true });
  const toggle = h('button', { type: 'button', onclick: () => void (camera === undefined ? watch() : stop()) }, 'Try with the camera');
  let camera: Camera | undefined;
  let address: string | undefined;

  const show = (labels: readonly { readonly label: string; readonly score: number }[]): void =>
    replace(
      answers,
      ...labels.slice(0, SHOWN).map(({ label, score }) => {
        const percent = `${Math.round(100 * score)} %`;
        return h(
          'li',
          {},
          h('span', {}, label),
          h('span', {}, percent),
          h('meter', { value: score, max: 1, 'aria-label': `${label}: ${percent}` }),
        );
      }),
    );
  const stop = (): void => {
    camera?.stop();
    camera = undefined;
    view.hidden = true;
    toggle.textContent = 'Try with the camera';
  };
  const ask = async (file: Blob): Promise<void> => {
    stop();
    if (address !== undefined) URL.revokeObjectURL(address);
    address = URL.createObjectURL(file);
    try {
      show(await engine.call('predict', { picture: file }));
    } catch (error) {
      onError(error);
    }
  };
  const watch = async (): Promise<void> => {
    try {
      const own = (camera = await openCamera());
      replace(view, own.video);
      view.hidden = false;
      toggle.textContent = 'Stop the camera';
      while (camera === own) {
        const frame = await own.nextFrame();
        if (frame === undefined) break;
        show(await engine.call('predict', { picture: frame.bitmap }));
      }
    } catch (error) {
      stop();
      onError(error);
    }
  };
  return {
    root: h(
      'div',
      { class: 'stack' },
      picker(
        { hint: 'A new picture', accept: 'image/*', button: 'Choose a picture', compact: true, onFiles: ([file]) => void ask(file!) },
        toggle,
      ),
      view,
      answers,
    ),
    stop,
  };
}
