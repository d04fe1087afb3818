import type { Box } from '@verilens/core';

/** Least side of a box, in pixels of the picture. */
const LEAST = 8;

/**
 * A box on a canvas, drawn by pointer, or moved by the arrow keys and stretched by them with Shift.
 * The canvas has the picture's pixels.
 */
export interface BoxEditor {
  readonly box: Box | undefined;
  set(box: Box | undefined): void;
  enabled: boolean;
}

export function boxEditor(canvas: HTMLCanvasElement, onChange: () => void): BoxEditor {
  let box: Box | undefined;
  let corner: { x: number; y: number } | undefined;
  let enabled = false;
  const place = ({ clientX, clientY }: PointerEvent): { x: number; y: number } => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
    return {
      x: clamp(((clientX - left) / width) * canvas.width, canvas.width),
      y: clamp(((clientY - top) / height) * canvas.height, canvas.height),
    };
  };
  const change = (next: Box | undefined): void => {
    box = next;
    onChange();
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (!enabled) return;
    canvas.setPointerCapture(event.pointerId);
    corner = place(event);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (corner === undefined) return;
    const { x, y } = place(event);
    const drawn = { x: Math.min(x, corner.x), y: Math.min(y, corner.y), width: Math.abs(x - corner.x), height: Math.abs(y - corner.y) };
    if (drawn.width >= LEAST && drawn.height >= LEAST) change(drawn);
  });
  canvas.addEventListener('pointerup', () => (corner = undefined));
  canvas.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!enabled || step === undefined) return;
    event.preventDefault();
    const { width, height } = canvas;
    const side = Math.min(width, height) / 5;
    const now = box ?? { x: (width - side) / 2, y: (height - side) / 2, width: side, height: side };
    const [dx, dy] = step.map((way) => way * Math.max(2, width / 80)) as [number, number];
    const moved = event.shiftKey
      ? { ...now, width: Math.max(LEAST, now.width + dx), height: Math.max(LEAST, now.height + dy) }
      : { ...now, x: now.x + dx, y: now.y + dy };
    const x = Math.min(width - moved.width, Math.max(0, moved.x));
    const y = Math.min(height - moved.height, Math.max(0, moved.y));
    if (moved.width <= width && moved.height <= height) change({ ...moved, x, y });
  });
  return {
    get box() {
      return box;
    },
    set: change,
    get enabled() {
      return enabled;
    },
    set enabled(on) {
      enabled = on;
    },
  };
}
