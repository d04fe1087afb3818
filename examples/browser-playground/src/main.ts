import { EngineClient } from './engine-client.ts';
import { registerOffline } from './offline.ts';
import { checkPanel } from './panels/check/panel.ts';
import { devicePanel } from './panels/device/panel.ts';
import { explainPanel } from './panels/explain/panel.ts';
import { teachPanel } from './panels/teach/panel.ts';
import { trackPanel } from './panels/track/panel.ts';
import { trainPanel } from './panels/train/panel.ts';
import type { App } from './shell/panel.ts';
import { showPanels } from './shell/router.ts';

const element = (id: string): HTMLElement => document.getElementById(id)!;
const engine = new EngineClient();
const app: App = { engine, trained: undefined };

void engine.restart('auto').catch(() => undefined);
const pill = element('device-pill');
const notice = element('notice');
engine.watch(({ report, notice: words }) => {
  const threads = report?.device === 'wasm' ? ` · ${report.threads} thread${report.threads === 1 ? '' : 's'}` : '';
  pill.textContent =
    report === undefined
      ? words === undefined
        ? 'starting …'
        : 'not running'
      : `${report.device === 'webgpu' ? 'WebGPU' : 'WASM'}${threads}`;
  pill.dataset['state'] = report !== undefined ? 'ready' : words === undefined ? 'starting' : 'failed';
  pill.setAttribute('aria-label', `Device: ${pill.textContent}`);
  notice.hidden = words === undefined;
  notice.textContent = words ?? '';
});
showPanels(
  [checkPanel(app), explainPanel(app), trackPanel(app), teachPanel(app), trainPanel(app), devicePanel(app)],
  element('nav'),
  element('main'),
);
void registerOffline(element('offline'));
