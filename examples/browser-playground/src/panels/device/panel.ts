import type { DeviceChoice } from '../../protocol.ts';
import { duration, h, replace } from '../../shell/dom.ts';
import type { App, Panel } from '../../shell/panel.ts';

const CHOICES: readonly { readonly value: DeviceChoice; readonly label: string }[] = [
  { value: 'auto', label: 'Automatic' },
  { value: 'webgpu', label: 'WebGPU' },
  { value: 'wasm', label: 'WASM' },
];
/** What the models do, for whoever does not know their names. */
const STAGES: Readonly<Record<string, string>> = {
  'blazeface-back': 'find faces',
  'blazeface-front': 'follow faces',
  'stdt/temporal': 'judge the motion',
  'stdt/spatial': 'judge the texture',
};
const NAMES = { webgpu: 'WebGPU', wasm: 'WASM', cuda: 'CUDA', cpu: 'CPU' } as const;

/** What runs where, why, and how long each stage takes. */
export function devicePanel({ engine }: App): Panel {
  const now = h('p', { role: 'status' });
  const probes = h('div');
  const stages = h('div');
  const isolation = h('div', { class: 'stack small' });
  const radios = CHOICES.map(({ value, label }) => {
    const input = h('input', { type: 'radio', name: 'device', value, onchange: () => void engine.restart(value).catch(() => undefined) });
    return { input, label: h('label', {}, input, label) };
  });
  const memory = h('p', { class: 'small dim', role: 'status' });

  engine.watch(({ report, wanted, stages: times, notice }) => {
    for (const { input } of radios) input.checked = input.value === wanted;
    const threads = report?.device === 'wasm' ? ` with ${report.threads} thread${report.threads === 1 ? '' : 's'}` : '';
    now.textContent = report === undefined ? (notice ?? 'Starting …') : `Everything runs on ${NAMES[report.device]}${threads}.`;
    replace(
      probes,
      report &&
        table(
          ['Tried', 'Works', 'Why', 'Took'],
          report.probes.map(({ device, available, reason, remedy, durationMs }) => [
            NAMES[device],
            h('span', { class: available ? 'yes' : 'no' }, available ? 'yes' : 'no'),
            remedy === undefined ? reason : `${reason}. ${remedy}`,
            duration(durationMs),
          ]),
        ),
    );
    replace(
      stages,
      times.length === 0
        ? h('p', { class: 'dim' }, 'Nothing has run yet. Check a video or train a classifier, and the time of each stage appears here.')
        : table(
            ['Stage', 'Runs', 'Last', 'Mean'],
            [...times]
              .sort((a, b) => b.totalMs - a.totalMs)
              .map(({ name, runs, lastMs, totalMs }) => [
                STAGES[name] ?? name,
                runs.toLocaleString('en'),
                duration(lastMs),
                duration(totalMs / runs),
              ]),
          ),
    );
    replace(isolation, ...isolationWords());
  });

  const restart = async (): Promise<void> => {
    memory.textContent = 'Ending the engine …';
    await engine.restart(engine.state.wanted).catch(() => undefined);
    memory.textContent = 'Started anew; all memory of the old engine was given back.';
  };
  return {
    name: 'device',
    title: 'Device',
    root: h(
      'section',
      { 'aria-labelledby': 'device-title' },
      h('h1', { id: 'device-title' }, 'Where it runs'),
      h(
        'p',
        { class: 'lead' },
        'The same models run and train on WebGPU and on WASM. Software graphics adapters are passed over unless you ask for them: WASM is faster then.',
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
            now,
            h('fieldset', { class: 'switch' }, h('legend', { class: 'visually-hidden' }, 'Device'), ...radios.map(({ label }) => label)),
            probes,
          ),
          h('div', { class: 'sheet stack' }, h('h2', {}, 'Milliseconds per stage'), stages),
        ),
        h(
          'div',
          { class: 'sheet stack' },
          h('h2', {}, 'Memory and threads'),
          isolation,
          h(
            'p',
            { class: 'small' },
            'WebAssembly memory never shrinks while it runs. Starting anew ends the worker and gives everything back; what you taught or trained is kept by its panel.',
          ),
          h('div', { class: 'row' }, h('button', { type: 'button', onclick: () => void restart() }, 'Start anew')),
          memory,
        ),
      ),
    ),
  };
}

function isolationWords(): HTMLElement[] {
  if (crossOriginIsolated) return [h('p', {}, 'The page is cross-origin isolated: WASM may use several threads.')];
  const words =
    'The page is not cross-origin isolated, so WASM has one thread. Its server would have to send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.';
  if (navigator.serviceWorker?.controller === null || navigator.serviceWorker === undefined) return [h('p', {}, words)];
  return [
    h('p', {}, words),
    h('p', {}, 'This page’s own service worker can send them from the next load on.'),
    h('div', { class: 'row' }, h('button', { type: 'button', onclick: () => location.reload() }, 'Reload for more threads')),
  ];
}

function table(heads: readonly string[], rows: readonly (readonly (string | Node)[])[]): HTMLElement {
  const number = (at: number): string | undefined => (heads[at] === 'Why' || at === 0 || heads[at] === 'Works' ? undefined : 'number');
  return h(
    'table',
    {},
    h('thead', {}, h('tr', {}, ...heads.map((head, at) => h('th', { class: number(at), scope: 'col' }, head)))),
    h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((cell, at) => h('td', { class: number(at) }, cell))))),
  );
}
