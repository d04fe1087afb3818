import { type Child, h } from './dom.ts';

export interface PickerOptions {
  readonly hint: string;
  /** Of the file input, e.g. `video/*,image/*`. */
  readonly accept: string;
  readonly button: string;
  readonly multiple?: boolean;
  readonly compact?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** A place to drop files on, with a button that opens the file dialog and whatever else is put beside it. */
export function picker({ hint, accept, button, multiple = false, compact = false, onFiles }: PickerOptions, ...more: Child[]): HTMLElement {
  const take = (files: FileList | null | undefined): void => {
    if (files && files.length > 0) onFiles(multiple ? [...files] : [files[0]!]);
  };
  const input = h('input', {
    type: 'file',
    accept,
    multiple,
    'aria-label': button,
    onchange: () => {
      take(input.files);
      // The same file may be chosen again.
      input.value = '';
    },
  });
  const place = h(
    'div',
    { class: `picker${compact ? ' compact' : ''}` },
    h('p', { class: 'hint' }, hint),
    h('div', { class: 'row' }, h('span', { class: 'button main chooser' }, h('span', { 'aria-hidden': 'true' }, button), input), ...more),
  );
  place.addEventListener('dragover', (event) => {
    event.preventDefault();
    place.classList.add('over');
  });
  place.addEventListener('dragleave', () => place.classList.remove('over'));
  place.addEventListener('drop', (event) => {
    event.preventDefault();
    place.classList.remove('over');
    take(event.dataTransfer?.files);
  });
  return place;
}
