import { h } from '../../shell/dom.ts';

interface CurvePoint {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** Loss and accuracy over the steps, drawn anew with each point. */
export interface Curve {
  readonly root: HTMLCanvasElement;
  add(point: CurvePoint, steps: number): void;
  clear(): void;
}

const MARGIN = { left: 34, right: 50, top: 12, bottom: 24 };
/** Weight of the newest point in the smooth lines. */
const SMOOTHING = 0.12;

export function curve(): Curve {
  const canvas = h('canvas', { class: 'curve', role: 'img', 'aria-label': 'Loss and accuracy: nothing trained yet' });
  let points: CurvePoint[] = [];
  let steps = 1;

  const draw = (): void => {
    const { width, height } = canvas.getBoundingClientRect();
    if (width === 0) return;
    const ratio = devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext('2d')!;
    context.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    const [accent, dim, lines] = ['--accent', '--dim', '--line'].map((name) => resolve(canvas, style.getPropertyValue(name)));
    const right = width - MARGIN.right;
    const bottom = height - MARGIN.bottom;
    const top = Math.max(1.8, ...points.map(({ loss }) => loss));
    const x = (step: number): number => MARGIN.left + ((right - MARGIN.left) * step) / steps;
    const y = (share: number): number => bottom - (bottom - MARGIN.top) * share;
    context.font = '12px system-ui, sans-serif';
    context.strokeStyle = lines!;
    context.fillStyle = dim!;
    for (const share of [0, 0.5, 1]) {
      context.beginPath();
      context.moveTo(MARGIN.left, y(share));
      context.lineTo(right, y(share));
      context.stroke();
      context.textAlign = 'right';
      context.fillText((top * share).toFixed(1), MARGIN.left - 6, y(share) + 4);
      context.textAlign = 'left';
      context.fillText(`${100 * share} %`, right + 5, y(share) + 4);
    }
    context.textAlign = 'right';
    context.fillText(`step ${steps}`, right, height - 6);
    const plot = (colour: string, value: (point: CurvePoint) => number): void => {
      context.strokeStyle = colour;
      context.globalAlpha = 0.25;
      context.lineWidth = 1;
      line(points.map((point) => [x(point.step), y(value(point))]));
      context.globalAlpha = 1;
      context.lineWidth = 2.25;
      let smooth: number | undefined;
      line(
        points.map((point) => [
          x(point.step),
          y((smooth = smooth === undefined ? value(point) : smooth + SMOOTHING * (value(point) - smooth))),
        ]),
      );
    };
    const line = (places: readonly (readonly [number, number])[]): void => {
      context.beginPath();
      for (const [px, py] of places) context.lineTo(px, py);
      context.stroke();
    };
    plot(dim!, ({ accuracy }) => accuracy);
    plot(accent!, ({ loss }) => loss / top);
  };
  new ResizeObserver(draw).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  return {
    root: canvas,
    add(point, all) {
      // A resumed run draws over what came after its checkpoint.
      points = [...points.filter(({ step }) => step < point.step), point];
      steps = all;
      canvas.setAttribute(
        'aria-label',
        `Step ${point.step} of ${all}: loss ${point.loss.toFixed(3)}, accuracy ${Math.round(100 * point.accuracy)} %`,
      );
      draw();
    },
    clear() {
      points = [];
      draw();
    },
  };
}

/** A canvas does not understand `light-dark()`: the browser is asked what it comes to. */
function resolve(canvas: HTMLCanvasElement, value: string): string {
  canvas.style.color = value;
  const colour = getComputedStyle(canvas).color;
  canvas.style.color = '';
  return colour;
}
