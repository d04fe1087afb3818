import { escapeHtml } from '@verilens/report';

/** A frame to place a box on, as a `data:` URI. */
export interface PageFrame {
  readonly frame: number;
  readonly timestampMs: number;
  readonly uri: string;
}

/**
 * One HTML page that needs nothing else: frames, a box drawn with the mouse or moved with the keys, the boxes saved as JSON
 * (frame, timestampMs, box: [x, y, width, height] in pixels of the video).
 */
export function annotationPage(video: string, width: number, height: number, frames: readonly PageFrame[]): string {
  // `<` would let a file name end the script
  const data = JSON.stringify({ video, width, height, frames }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Boxes for ${escapeHtml(video)}</title>
<style>${STYLE}</style></head>
<body><header><h1>${escapeHtml(video)}</h1>
<p><button id="before">&larr; before</button> <span id="where"></span> <button id="after">after &rarr;</button>
<button id="copy">copy the last box</button> <button id="remove">remove</button> <button id="save">save boxes.json</button></p>
<p class="dim">Draw a box with the mouse. Arrow keys move it by a pixel, with Shift its right and lower edge; n and p change the frame, c copies the last box, Delete removes it, s saves. A frame without a box says nothing.</p></header>
<canvas id="view" width="${width}" height="${height}" tabindex="0" aria-label="Frame; draw a box with the mouse or move it with the arrow keys"></canvas>
<script>const data = ${data};
${SCRIPT}</script></body></html>
`;
}

const STYLE = `body{margin:1rem auto;max-width:80rem;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:#17191c;background:#f5f5f2}
h1{font-size:1.2rem}.dim{color:#5a606a;font-size:.9rem}canvas{max-width:100%;cursor:crosshair;border:1px solid #dfe0dc}button{font:inherit}`;

const SCRIPT = `
const view = document.getElementById('view'), paper = view.getContext('2d'), picture = new Image();
const boxes = new Map(); let at = 0, from;
const show = () => {
  paper.drawImage(picture, 0, 0, data.width, data.height);
  const box = boxes.get(data.frames[at].frame);
  if (box) { paper.lineWidth = Math.max(1, data.width / 500); paper.strokeStyle = '#19ff5e'; paper.strokeRect(...box); }
  document.getElementById('where').textContent = 'frame ' + data.frames[at].frame + ' (' + (at + 1) + ' of ' + data.frames.length + '), ' + boxes.size + ' boxes' + (box ? ': ' + box.map(v => Math.round(v * 10) / 10).join(', ') : '');
};
picture.onload = show;
const go = step => { at = Math.min(Math.max(at + step, 0), data.frames.length - 1); picture.src = data.frames[at].uri; };
const point = event => { const r = view.getBoundingClientRect(); return [(event.clientX - r.left) * data.width / r.width, (event.clientY - r.top) * data.height / r.height]; };
view.onpointerdown = event => { from = point(event); view.setPointerCapture(event.pointerId); };
view.onpointermove = event => { if (!from) return; const to = point(event);
  const box = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
  if (box[2] >= 2 && box[3] >= 2) boxes.set(data.frames[at].frame, box); show(); };
view.onpointerup = view.onpointercancel = () => { from = undefined; };
const last = () => { for (let i = at - 1; i >= 0; i--) { const box = boxes.get(data.frames[i].frame); if (box) { boxes.set(data.frames[at].frame, [...box]); break; } } show(); };
const remove = () => { boxes.delete(data.frames[at].frame); show(); };
const result = () => ({ video: data.video, width: data.width, height: data.height, boxes: data.frames.filter(f => boxes.has(f.frame)).map(f => ({ frame: f.frame, timestampMs: f.timestampMs, box: boxes.get(f.frame).map(v => Math.round(v * 10) / 10) })) });
const save = () => { const link = document.createElement('a'); link.href = URL.createObjectURL(new Blob([JSON.stringify(result(), undefined, 2) + '\\n'], { type: 'application/json' })); link.download = 'boxes.json'; link.click(); setTimeout(() => URL.revokeObjectURL(link.href), 1000); };
const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.onkeydown = event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const move = moves[event.key], box = boxes.get(data.frames[at].frame);
  if (move && box) { const i = event.shiftKey ? 2 : 0; const next = [...box]; next[i] += move[0]; next[i + 1] += move[1]; if (next[2] >= 2 && next[3] >= 2) boxes.set(data.frames[at].frame, next); show(); }
  else if (event.key === 'n') go(1); else if (event.key === 'p') go(-1); else if (event.key === 'c') last(); else if (event.key === 'Delete') remove(); else if (event.key === 's') save(); else return;
  event.preventDefault();
};
for (const [id, action] of Object.entries({ before: () => go(-1), after: () => go(1), copy: last, remove, save })) document.getElementById(id).onclick = action;
go(0);`;
