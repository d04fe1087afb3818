import { encodePng } from '@verilens/media';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { annotationPage } from '../src/annotation-page.ts';
import { temporaryFolder, verilens } from './helpers.ts';

it('writes a page with frames inside, and says where it is', async () => {
  const folder = await temporaryFolder();
  const data = new Uint8ClampedArray(40 * 30 * 4).fill(200);
  await writeFile(join(folder, 'one.png'), await encodePng({ data, width: 40, height: 30 }));
  const { code, out } = await verilens(['annotate', 'one.png', '--out', 'boxes.html'], { folder });
  expect([code, out]).toEqual([0, expect.stringContaining('1 frames to place boxes on: open boxes.html')]);
  const page = await readFile(join(folder, 'boxes.html'), 'utf8');
  expect(page).toContain('data:image/jpeg;base64,');
  expect(page).toContain('width="40" height="30"');
  expect(page).not.toMatch(/https?:\/\//);
  expect(await verilens(['annotate', 'one.png', '--out', 'b.html', '--from', '99'], { folder })).toMatchObject({
    code: 2,
    err: expect.stringContaining('99 ms'),
  });
  expect(await verilens(['annotate', 'none.mp4', '--out', 'b.html'], { folder })).toMatchObject({ code: 2 });
});

it('draws, moves, copies and saves boxes', async () => {
  const page = annotationPage('</script>.mp4', 100, 80, [
    { frame: 0, timestampMs: 0, uri: 'data:image/jpeg;base64,AA' },
    { frame: 25, timestampMs: 1000, uri: 'data:image/jpeg;base64,AA' },
  ]);
  const script = /<script>([\s\S]*)<\/script>/.exec(page)![1]!;
  expect(script).not.toContain('</script>');
  interface Stub {
    [name: string]: unknown;
    onclick?: () => void;
    onpointerdown?: (event: object) => void;
    onpointermove?: (event: object) => void;
    onpointerup?: () => void;
    download?: string;
    click?: () => void;
  }
  const elements = new Map<string, Stub>();
  const paper = { drawImage: () => undefined, strokeRect: () => undefined };
  const element = (id: string): Stub => {
    if (!elements.has(id)) {
      // shown at half its size
      const rect = { left: 10, top: 10, width: 50, height: 40 };
      elements.set(id, {
        getContext: () => paper,
        getBoundingClientRect: () => rect,
        setPointerCapture: () => undefined,
        click: () => undefined,
      });
    }
    return elements.get(id)!;
  };
  let saved: Blob | undefined;
  const document: Stub & { onkeydown?: (event: object) => void } = { getElementById: element, createElement: () => element('link') };
  runInNewContext(script, {
    document,
    Image: Object,
    Blob,
    URL: {
      createObjectURL: (blob: Blob) => {
        saved = blob;
        return 'blob:';
      },
      revokeObjectURL: () => undefined,
    },
    setTimeout: () => 0,
  });
  const key = (name: string, shiftKey = false): void =>
    document.onkeydown!({ key: name, shiftKey, ctrlKey: false, metaKey: false, altKey: false, preventDefault: () => undefined });
  const view = element('view');
  view.onpointerdown!({ clientX: 15, clientY: 20, pointerId: 1 });
  view.onpointermove!({ clientX: 30, clientY: 40 });
  view.onpointerup!();
  key('ArrowRight');
  key('ArrowDown', true);
  key('n');
  key('c');
  key('s');
  expect(JSON.parse(await saved!.text())).toEqual({
    video: '</script>.mp4',
    width: 100,
    height: 80,
    boxes: [
      { frame: 0, timestampMs: 0, box: [11, 20, 30, 41] },
      { frame: 25, timestampMs: 1000, box: [11, 20, 30, 41] },
    ],
  });
});
