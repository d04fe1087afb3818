import type { FaceSighting, Heat, Preview } from '../../protocol.ts';
import { h, replace } from '../../shell/dom.ts';
import { facesAt } from './face-path.ts';

/** A heat map is shown this long before and after its moment. */
const HEAT_MS = 260;

/** Picture or video, with boxes around the faces and evidence over them. */
export interface Stage {
  readonly root: HTMLElement;
  /** While the worker judges: its own view of the file. */
  showPreview(preview: Preview): void;
  showCamera(video: HTMLVideoElement): void;
  addFaces(sighting: FaceSighting): void;
  /** Afterwards: the file itself, moved to a time. */
  showResult(file: Blob | undefined, kind: 'image' | 'video'): void;
  addHeat(heat: readonly Heat[]): void;
  readonly timeMs: number;
  seek(timeMs: number): void;
  /** Called with the time that is shown. */
  onTime: ((timeMs: number) => void) | undefined;
  heatShown: boolean;
  clear(): void;
}

export function stage(): Stage {
  const picture = h('canvas', { class: 'picture', role: 'img', 'aria-label': 'The frame that is being judged' });
  const over = h('canvas', { class: 'over', 'aria-hidden': 'true' });
  const root = h('div', { class: 'stage', hidden: true });
  let sightings: FaceSighting[] = [];
  let heat: readonly Heat[] = [];
  let video: HTMLVideoElement | undefined;
  let address: string | undefined;
  let source: { readonly width: number; readonly height: number } = { width: 0, height: 0 };
  let timeMs = 0;
  let heatShown = true;
  let ticking = false;

  const draw = (): void => {
    const { width, height } = source;
    if (width === 0) return;
    if (over.width !== width || over.height !== height) [over.width, over.height] = [width, height];
    const context = over.getContext('2d')!;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    if (heatShown) {
      for (const map of nearest(heat, timeMs)) {
        const [a, b, c, d, e, f] = map.toSource;
        context.setTransform(a, d, b, e, c, f);
        context.drawImage(map.bitmap, 0, 0);
      }
      context.setTransform(1, 0, 0, 1, 0, 0);
    }
    context.lineWidth = Math.max(1.5, width / 320);
    context.font = `600 ${Math.max(11, width / 36)}px system-ui, sans-serif`;
    for (const { trackId, box } of facesAt(sightings, timeMs)) {
      context.strokeStyle = '#fff';
      context.shadowColor = '#000c';
      context.shadowBlur = 4;
      context.beginPath();
      context.roundRect(box.x, box.y, box.width, box.height, box.width / 14);
      context.stroke();
      context.fillStyle = '#fff';
      context.fillText(`face ${trackId + 1}`, box.x, box.y - context.lineWidth * 3);
      context.shadowBlur = 0;
    }
  };
  const follow = (): void => {
    if (video === undefined || !root.isConnected) return void (ticking = false);
    timeMs = video.currentTime * 1000;
    draw();
    self.onTime?.(timeMs);
    ticking = !video.paused && !video.ended;
    if (ticking) requestAnimationFrame(follow);
    return undefined;
  };
  const startFollowing = (): void => {
    if (ticking) return;
    ticking = true;
    requestAnimationFrame(follow);
  };
  const release = (): void => {
    video?.pause();
    video?.removeAttribute('src');
    video = undefined;
    if (address !== undefined) URL.revokeObjectURL(address);
    address = undefined;
  };
  const paint = (bitmap: ImageBitmap): void => {
    picture.width = bitmap.width;
    picture.height = bitmap.height;
    picture.getContext('2d')!.drawImage(bitmap, 0, 0);
    bitmap.close();
  };

  const self: Stage = {
    root,
    onTime: undefined,
    get heatShown() {
      return heatShown;
    },
    set heatShown(shown) {
      heatShown = shown;
      draw();
    },
    showPreview(preview) {
      if (video === undefined && !root.contains(picture)) replace(root, picture, over);
      root.hidden = false;
      timeMs = preview.timestampMs;
      source = preview;
      if (video === undefined) paint(preview.bitmap);
      else preview.bitmap.close();
      draw();
    },
    showCamera(element) {
      release();
      video = element;
      root.hidden = false;
      replace(root, element, over);
      source = { width: element.videoWidth, height: element.videoHeight };
    },
    addFaces(sighting) {
      sightings.push(sighting);
      // A camera may run for hours; the eye needs the last seconds.
      if (sightings.length > 400 && video !== undefined && address === undefined) sightings = sightings.slice(-100);
      timeMs = sighting.timestampsMs.at(-1)!;
      draw();
    },
    showResult(file, kind) {
      if (file === undefined || kind === 'image') {
        if (video !== undefined) release();
        if (kind === 'image') timeMs = 0;
        draw();
        return;
      }
      release();
      timeMs = 0;
      address = URL.createObjectURL(file);
      const player = h('video', { src: address, controls: true, playsinline: true, 'aria-label': 'The video' });
      player.muted = true;
      player.addEventListener('loadeddata', () => {
        source = { width: player.videoWidth, height: player.videoHeight };
        replace(root, player, over);
        startFollowing();
      });
      for (const name of ['play', 'seeked', 'timeupdate']) player.addEventListener(name, startFollowing);
      // What the browser cannot play can still be judged: the last frame stays.
      player.addEventListener('error', () => video === player && (video = undefined));
      video = player;
    },
    addHeat(more) {
      heat = [...heat, ...more];
      draw();
    },
    get timeMs() {
      return timeMs;
    },
    seek(time) {
      timeMs = time;
      if (video !== undefined && address !== undefined) video.currentTime = time / 1000;
      draw();
    },
    clear() {
      release();
      for (const map of heat) map.bitmap.close();
      [sightings, heat, timeMs] = [[], [], 0];
      source = { width: 0, height: 0 };
      over.getContext('2d')!.clearRect(0, 0, over.width, over.height);
      root.hidden = true;
      root.replaceChildren();
    },
  };
  return self;
}

/** Of each face the map whose moment is nearest, if it is near at all. */
function nearest(heat: readonly Heat[], timeMs: number): Heat[] {
  const best = new Map<number, Heat>();
  const distance = (map: Heat): number => Math.abs(map.timestampMs - timeMs);
  for (const map of heat) {
    const other = best.get(map.trackId);
    if (distance(map) <= HEAT_MS && (other === undefined || distance(map) < distance(other))) best.set(map.trackId, map);
  }
  return [...best.values()];
}
