import type { Lesson } from '../../protocol.ts';
import { h, replace } from '../../shell/dom.ts';
import { picker } from '../../shell/picker.ts';

/** Pictures of a class that are learnt; whatever comes beyond measures. */
const LEARNT = 5;
const MOST = 25;

export interface ClassForm {
  readonly root: HTMLElement;
  add(pictures: readonly Blob[], label?: string): void;
  /** What was entered, or why it cannot be learnt yet. */
  lesson(known: readonly string[]): Lesson | string;
  clear(): void;
}

/** A name and some pictures. @param beside more ways to get pictures */
export function classForm(beside: readonly HTMLElement[], onChange: () => void): ClassForm {
  const name = h('input', {
    type: 'text',
    id: 'teach-name',
    autocomplete: 'off',
    maxlength: 40,
    placeholder: 'e.g. cup',
    oninput: () => onChange(),
  });
  const thumbs = h('ul', { class: 'thumbs', 'aria-label': 'Pictures of this class' });
  const count = h('p', { class: 'small dim', 'aria-live': 'polite' });
  let pictures: Blob[] = [];
  let addresses: string[] = [];

  const show = (): void => {
    addresses.forEach((address) => URL.revokeObjectURL(address));
    addresses = pictures.map((picture) => URL.createObjectURL(picture));
    replace(
      thumbs,
      ...addresses.map((src, i) =>
        h('li', { class: i < LEARNT ? undefined : 'test' }, h('img', { src, alt: `${i < LEARNT ? 'Picture' : 'Test picture'} ${i + 1}` })),
      ),
    );
    const tests = Math.max(0, pictures.length - LEARNT);
    count.textContent =
      pictures.length === 0
        ? `Five pictures are learnt. Give more, and the rest (dashed) is only used to measure.`
        : `${Math.min(LEARNT, pictures.length)} to learn, ${tests} to measure.`;
    onChange();
  };
  const add: ClassForm['add'] = (more, label) => {
    pictures = [...pictures, ...more].slice(0, MOST);
    if (label !== undefined && name.value === '') name.value = label;
    show();
  };
  const root = h(
    'div',
    { class: 'stack' },
    h('div', { class: 'field' }, h('label', { for: 'teach-name' }, 'Name of the class'), name),
    picker(
      {
        hint: 'Pictures of it',
        accept: 'image/*',
        button: 'Choose pictures',
        multiple: true,
        compact: true,
        onFiles: (files) => add(files),
      },
      ...beside,
    ),
    thumbs,
    count,
  );
  const form: ClassForm = {
    root,
    add,
    lesson(known) {
      const label = name.value.trim();
      if (label === '') return 'Give the class a name.';
      if (known.includes(label)) return `“${label}” is known already; choose another name.`;
      if (pictures.length < 2) return 'Give at least two pictures; five are better.';
      return { label, pictures: pictures.slice(0, LEARNT), tests: pictures.slice(LEARNT) };
    },
    clear() {
      name.value = '';
      pictures = [];
      show();
    },
  };
  count.textContent = 'Five pictures are learnt. Give more, and the rest (dashed) is only used to measure.';
  return form;
}
