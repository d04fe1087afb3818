import { EngineError } from '../engine-client.ts';
import { h, replace } from './dom.ts';

/** A line that says what is going on, with progress and a way to stop it; then how it ended, and what to do about an error. */
export interface Work {
  readonly root: HTMLElement;
  readonly busy: boolean;
  /** Runs `task` unless it is stopped or another one begins, which stops this one. True when it came to its end. */
  run(say: string, task: (controls: WorkControls) => Promise<void>): Promise<boolean>;
  say(text: string): void;
  fail(error: unknown): void;
  clear(): void;
  stop(): void;
}

export interface WorkControls {
  readonly signal: AbortSignal;
  /** 0..1, or undefined when it cannot be known. */
  progress(share: number | undefined, text?: string): void;
}

/** @param stopWord on the button, e.g. `Stop` */
export function work(stopWord: string = 'Stop'): Work {
  const text = h('p', { role: 'status', 'aria-live': 'polite' });
  const remedy = h('p', { class: 'remedy small', hidden: true });
  const bar = h('progress', { max: 1, 'aria-label': 'Progress', hidden: true });
  const stopButton = h('button', { type: 'button', hidden: true, onclick: () => running?.abort() }, stopWord);
  const root = h('div', { class: 'work', hidden: true }, h('div', { class: 'line' }, text, stopButton), bar, remedy);
  let running: AbortController | undefined;

  const show = (state: 'busy' | 'idle' | 'error', words: string, advice?: string): void => {
    root.hidden = false;
    root.dataset['state'] = state;
    if (text.textContent !== words) text.textContent = words;
    bar.hidden = stopButton.hidden = state !== 'busy';
    remedy.hidden = advice === undefined;
    replace(remedy, advice);
  };
  const fail = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    const advice = error instanceof EngineError ? error.remedy : undefined;
    // `[place] what, expected, got. remedy`: the place is for programs, the remedy has a line of its own.
    let words = message.replace(/^\[[^\]]*\] /, '');
    if (advice !== undefined) words = words.replace(` ${advice}`, '');
    show('error', words.charAt(0).toUpperCase() + words.slice(1), advice);
  };
  return {
    root,
    get busy() {
      return running !== undefined;
    },
    async run(words, task) {
      running?.abort();
      const own = new AbortController();
      running = own;
      bar.removeAttribute('value');
      show('busy', words);
      try {
        await task({
          signal: own.signal,
          progress(share, said) {
            if (running !== own) return;
            if (share === undefined) bar.removeAttribute('value');
            else bar.value = share;
            if (said !== undefined && text.textContent !== said) text.textContent = said;
          },
        });
        if (running !== own) return false;
        if (own.signal.aborted) show('idle', 'Stopped.');
        else if (root.dataset['state'] === 'busy') root.hidden = true;
        return !own.signal.aborted;
      } catch (error) {
        if (running === own) {
          if (own.signal.aborted) show('idle', 'Stopped.');
          else fail(error);
        }
        return false;
      } finally {
        if (running === own) running = undefined;
      }
    },
    say: (words) => show('idle', words),
    fail,
    clear: () => void (root.hidden = true),
    stop: () => running?.abort(),
  };
}
