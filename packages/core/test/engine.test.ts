import { describe, expect, it } from 'vitest';
import { createEngine } from '../src/engine.ts';
import { VerilensError } from '../src/errors.ts';
import type { PanelResult } from '../src/panel-result.ts';
import { FRAME_SOURCE, RUNTIME, token, type OpenOptions, type Service } from '../src/services.ts';
import { fakeDetector, fakeFaces, fakeMedia, fakeRuntime, pixels, videoFrames, watched } from './helpers.ts';

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

const clips = (frames: number, size: number = 64) => ({ kind: 'face-clips', frames, size }) as const;

describe('the panel', () => {
  it('decodes once, finds faces once and lets every detector read all of it', async () => {
    const source = watched(videoFrames(100));
    const faces = fakeFaces(true);
    const plugins = [
      fakeDetector({ name: 'a', demand: clips(10) }),
      fakeDetector({ name: 'b', demand: clips(10) }),
      fakeDetector({ name: 'c', demand: clips(5, 32) }),
      fakeDetector({ name: 'd', demand: { kind: 'frames' } }),
    ];
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins, services: [fakeMedia(() => source), faces] });
    const result = await engine.detect('x.mp4');
    expect(plugins.map((plugin) => plugin.calls.read)).toEqual([10, 10, 20, 100]);
    expect([source.pulled, source.closed, faces.passes, faces.frames]).toEqual([100, 1, 1, 100]);
    expect(result.status).toBe('AUTHENTIC');
    expect(result.models.map((model) => model.name)).toEqual(['a/part', 'b/part', 'c/part', 'd/part']);
    expect(result.segments.map((segment) => segment.model)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('makes one pass per clip shape when the face stage knows only one at a time', async () => {
    const faces = fakeFaces(false);
    const plugins = [
      fakeDetector({ name: 'a', demand: clips(10) }),
      fakeDetector({ name: 'b', demand: clips(10) }),
      fakeDetector({ name: 'c', demand: clips(5) }),
    ];
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins, services: [faces] });
    const source = watched(videoFrames(50));
    await engine.detect(source);
    expect([faces.passes, source.pulled]).toEqual([2, 50]);
    expect(plugins.map((plugin) => plugin.calls.read)).toEqual([5, 5, 10]);
  });

  it('lets the face stage release frames when nobody else reads them', async () => {
    const a = fakeDetector({ name: 'a', demand: clips(10) });
    const b = fakeDetector({ name: 'b', demand: clips(5) });
    const whole = fakeDetector({ name: 'c', demand: { kind: 'frames' } });
    const owned = async (plugins: ReturnType<typeof fakeDetector>[], withAll: boolean): Promise<(boolean | undefined)[]> => {
      const faces = fakeFaces(withAll);
      await using engine = await createEngine({ runtime: fakeRuntime(), plugins, services: [faces] });
      await engine.detect(watched(videoFrames(20)));
      return faces.owns;
    };
    expect(await owned([a], false)).toEqual([true]);
    expect(await owned([a, b], true)).toEqual([true]);
    expect(await owned([a, b], false)).toEqual([false, false]);
    expect(await owned([a, whole], false)).toEqual([false]);
    expect(await owned([whole, a, b], true)).toEqual([false]);
  });

  it('asks for frames as far apart as the detectors learnt from, when all of them say so', async () => {
    const asked: OpenOptions['bursts'][] = [];
    const source: Service = {
      name: 'source',
      register: (services) =>
        services.register(FRAME_SOURCE, () => ({
          open: async (_, options) => {
            asked.push(options?.bursts);
            return { kind: 'video', frames: watched(videoFrames(20)), info: { format: 'test', width: 4, height: 4 } };
          },
        })),
    };
    const plugins = [
      fakeDetector({ name: 'a', demand: { ...clips(8), frameMs: 40 } }),
      fakeDetector({ name: 'b', demand: { ...clips(8), frameMs: 80 } }),
      fakeDetector({ name: 'c', demand: clips(8) }),
    ];
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins, services: [source, fakeFaces(true)] });
    for (const detectors of [['a'], ['a', 'b'], ['a', 'c']]) await engine.detect('x.mp4', { detectors });
    expect(asked).toEqual([
      { frames: 8, perSecond: 2, frameMs: 40 },
      { frames: 16, perSecond: 1, frameMs: 40 },
      { frames: 8, perSecond: 2 },
    ]);
  });

  it('never reads far ahead of the slowest detector', async () => {
    const source = watched(videoFrames(200));
    let slow = 0;
    let lead = 0;
    const plugins = [
      fakeDetector({
        name: 'slow',
        demand: { kind: 'frames' },
        onItem: async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          lead = Math.max(lead, source.pulled - slow++);
        },
      }),
      fakeDetector({ name: 'fast', demand: { kind: 'frames' } }),
    ];
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins });
    await engine.detect(source);
    expect(slow).toBe(200);
    expect(lead).toBeLessThanOrEqual(10);
  });

  it('shows every score beside the fused one, by kind of evidence', async () => {
    const plugins = [
      fakeDetector({ name: 'temporal', demand: { kind: 'frames' }, score: 0.9, threshold: 0.8, falseAlarmRate: 0.01 }),
      fakeDetector({ name: 'spatial', demand: { kind: 'frames' }, evidence: 'spatial', score: 0.3, threshold: 0.6, falseAlarmRate: 0.02 }),
    ];
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins });
    const result = await engine.detect(watched(videoFrames(3)));
    expect(result).toMatchObject({ status: 'MANIPULATED', threshold: 0.5, decidedBy: 'temporal' });
    expect(result.score).toBeCloseTo(0.75, 12);
    expect(result.falseAlarmRate).toBeCloseTo(0.03, 12);
    expect(result.byEvidence).toEqual([
      { evidence: 'temporal', score: 0.9, threshold: 0.8, status: 'MANIPULATED', models: ['temporal/part'] },
      { evidence: 'spatial', score: 0.3, threshold: 0.6, status: 'AUTHENTIC', models: ['spatial/part'] },
    ]);
  });

  it('tells its verdict before the evidence maps are made, once, and waits for the slowest detector', async () => {
    const [maps, slow, first] = [gate(), gate(), gate()];
    const plugins = [
      fakeDetector({ name: 'maps', demand: { kind: 'frames' }, score: 0.9, threshold: 0.8, mapsDone: maps.opened }),
      fakeDetector({ name: 'slow', demand: { kind: 'frames' }, score: 0.3, threshold: 0.6, onItem: () => slow.opened }),
      fakeDetector({ name: 'broken', demand: { kind: 'frames' }, fail: new Error('no memory') }),
    ];
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins });
    const told: PanelResult[] = [];
    const running = engine.detect(watched(videoFrames(3)), { evidenceMaps: 1, onVerdict: (verdict) => (told.push(verdict), first.open()) });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toEqual([]);
    slow.open();
    await first.opened;
    maps.open();
    const { durationMs, ...result } = await running;
    expect(told.map(({ durationMs: soFar, ...verdict }) => [verdict, soFar <= durationMs])).toEqual([[result, true]]);
    expect(result).toMatchObject({ status: 'MANIPULATED', failures: [{ name: 'broken' }] });
  });

  it('tells no verdict when none of its detectors could judge', async () => {
    const plugins = [fakeDetector({ name: 'broken', demand: { kind: 'frames' }, fail: new Error('no memory') })];
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins });
    let told = 0;
    await expect(engine.detect(watched(videoFrames(3)), { onVerdict: () => told++ })).rejects.toThrow(/no memory/);
    expect(told).toBe(0);
  });

  it('says NOT_APPLICABLE and why: no face, a still image for a clip detector, a video for an image detector', async () => {
    const plugins = [fakeDetector({ name: 'clip', demand: clips(10) }), fakeDetector({ name: 'still', demand: { kind: 'image' } })];
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins, services: [fakeFaces(true, false)] });
    const video = await engine.detect(watched(videoFrames(20)));
    expect(video).toMatchObject({ status: 'NOT_APPLICABLE', score: null });
    expect(video.reason).toContain('no face');
    expect(video.reason).toContain('still judges still images');
    const image = await engine.detect(pixels());
    expect(image.status).toBe('AUTHENTIC');
    expect(image.models[0]).toMatchObject({
      name: 'clip',
      status: 'NOT_APPLICABLE',
      score: null,
      reason: 'clip judges runs of 10 frames; a still image has only one',
    });
    const clipOnly = await engine.detect(pixels(), { detectors: ['clip'] });
    expect(clipOnly).toMatchObject({ status: 'NOT_APPLICABLE', reason: 'clip judges runs of 10 frames; a still image has only one' });
  });

  it('gives a still image to a face detector of single frames', async () => {
    const single = fakeDetector({ name: 'single', demand: clips(1) });
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins: [single], services: [fakeFaces(true)] });
    expect((await engine.detect(pixels())).status).toBe('AUTHENTIC');
    expect(single.calls.read).toBe(1);
  });

  it('lets the others judge when one fails or stops early, and calls nothing authentic then', async () => {
    const broken = fakeDetector({
      name: 'broken',
      demand: clips(10),
      fail: new VerilensError('RUN_FAILED', 'out of memory', { place: 'broken' }),
    });
    const early = fakeDetector({ name: 'early', demand: { kind: 'frames' }, stopAfter: 2 });
    const whole = fakeDetector({ name: 'whole', demand: { kind: 'frames' } });
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins: [broken, early, whole], services: [fakeFaces(true)] });
    const source = watched(videoFrames(60));
    const result = await engine.detect(source);
    expect([early.calls.read, whole.calls.read, source.closed]).toEqual([2, 60, 1]);
    expect(result.status).toBe('INCONCLUSIVE');
    expect(result.reason).toContain('out of memory');
    expect(result.failures.map(({ name }) => name)).toEqual(['broken']);
    await expect(engine.detect(watched(videoFrames(5)), { detectors: ['broken'] })).rejects.toMatchObject({ code: 'RUN_FAILED' });
  });

  it('throws the error of the medium, not a score of its first half', async () => {
    const plugins = [fakeDetector({ name: 'a', demand: { kind: 'frames' } }), fakeDetector({ name: 'b', demand: clips(2) })];
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins, services: [fakeFaces(true)] });
    async function* truncated() {
      yield* videoFrames(10);
      throw new VerilensError('BAD_INPUT', 'the file ends in the middle of a frame', { place: 'x.mp4' });
    }
    await expect(engine.detect(truncated())).rejects.toMatchObject({ code: 'BAD_INPUT', place: 'x.mp4' });
  });

  it('refuses answers that break the contract', async () => {
    const nan = fakeDetector({ name: 'nan', demand: { kind: 'frames' }, score: NaN });
    const lying = fakeDetector({ name: 'lying', demand: { kind: 'frames' }, score: 0.9, status: 'AUTHENTIC' });
    const blind = fakeDetector({ name: 'blind', demand: clips(10), answersBlind: true });
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins: [nan, lying, blind], services: [fakeFaces(true, false)] });
    for (const name of ['nan', 'lying', 'blind']) {
      await expect(engine.detect(watched(videoFrames(5)), { detectors: [name] })).rejects.toMatchObject({
        code: 'BAD_PLUGIN',
        place: name,
      });
    }
  });

  it('stops when cancelled, even while the source hangs', async () => {
    const plugins = [fakeDetector({ name: 'a', demand: clips(2) }), fakeDetector({ name: 'b', demand: { kind: 'frames' } })];
    await using engine = await createEngine({ runtime: fakeRuntime(), plugins, services: [fakeFaces(true)] });
    async function* hanging() {
      yield* videoFrames(3);
      await new Promise(() => undefined);
    }
    const started = performance.now();
    await expect(engine.detect(hanging(), { signal: AbortSignal.timeout(30) })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(performance.now() - started).toBeLessThan(2000);
    await expect(engine.detect(pixels(), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('the engine', () => {
  it('creates, warms and disposes of everything once, and keeps the runtime of its owner', async () => {
    const runtime = fakeRuntime();
    const faces = fakeFaces(true);
    const plugin = fakeDetector({ name: 'a', demand: clips(2) });
    const engine = await createEngine({ runtime, plugins: [plugin], services: [faces] });
    await engine.warmup();
    await engine.detect(watched(videoFrames(4)));
    await engine.dispose();
    await engine.dispose();
    expect([plugin.calls.created, plugin.calls.warmed, plugin.calls.disposed, faces.disposed, runtime.disposed]).toEqual([1, 1, 1, 1, 0]);
    await expect(engine.detect(pixels())).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('disposes of a runtime it made itself, also when a plugin fails to start', async () => {
    const runtime = fakeRuntime();
    const good = fakeDetector({ name: 'good', demand: { kind: 'frames' } });
    const bad = { ...fakeDetector({ name: 'bad', demand: { kind: 'frames' } }), create: () => Promise.reject(new Error('no weights')) };
    await expect(createEngine({ runtime: async () => runtime, plugins: [good, bad] })).rejects.toThrow('no weights');
    expect([good.calls.disposed, runtime.disposed]).toEqual([1, 1]);
  });

  it('refuses what cannot work, and says how to mend it', async () => {
    const runtime = fakeRuntime();
    const a = fakeDetector({ name: 'stdt', demand: clips(2) });
    await expect(createEngine({ runtime, plugins: [a] })).rejects.toThrow(/faces\(\) of @verilens\/faces/);
    await expect(createEngine({ runtime, plugins: [a, fakeDetector({ name: 'stdt', demand: clips(2) })] })).rejects.toMatchObject({
      code: 'DUPLICATE_NAME',
    });
    await expect(createEngine({ runtime, plugins: [{ ...a, apiVersion: 2 } as never] })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(createEngine({ runtime, plugins: [{} as never] })).rejects.toMatchObject({ code: 'BAD_PLUGIN' });
    await using engine = await createEngine({ runtime, plugins: [a, a], services: [fakeFaces(true)] });
    expect(() => engine.get('detector', 'sdtt')).toThrow(/Did you mean "stdt"\?/);
    expect(() => engine.get('tracker', 'stdt')).toThrow(/is no tracker/);
    await expect(engine.detect('x.mp4')).rejects.toThrow(/media\(\) of @verilens\/media/);
    await expect(engine.detect({ data: new Uint8Array(3), width: 1, height: 1 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await using empty = await createEngine({ runtime });
    await expect(empty.detect(pixels())).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
  });

  it('hands services to plugins and to each other by token', async () => {
    const runtime = fakeRuntime();
    const A = token<string>('test/a');
    const B = token<string>('test/b');
    const service: Service = {
      name: 'test',
      register(services) {
        services.register(A, async (resolve) => `a on ${(await resolve(RUNTIME)).name}`);
        services.register(B, async (resolve) => `b after ${await resolve(A)}`);
      },
    };
    const plugin = fakeDetector({ name: 'a', demand: { kind: 'frames' } });
    let told = '';
    const asking = {
      ...plugin,
      create: async (context: Parameters<typeof plugin.create>[0]) => ((told = await context.resolve!(B)), plugin.create(context)),
    };
    await using engine = await createEngine({ runtime, plugins: [asking], services: [service] });
    expect(told).toBe('b after a on fake');
    expect(await engine.resolve(A)).toBe('a on fake');
  });
});

describe('models of plugins', () => {
  it('are loaded into the background unless the plugin says otherwise', async () => {
    const asked: unknown[] = [];
    const runtime = {
      ...fakeRuntime(),
      load: async (_: unknown, options: { background?: boolean } = {}) => {
        asked.push(options.background);
        return undefined as never;
      },
    };
    const loading = fakeDetector({ name: 'loading', demand: { kind: 'image' } });
    const plugin = {
      ...loading,
      create: async (context: Parameters<typeof loading.create>[0]) => {
        await context.runtime.load(new Uint8Array());
        await context.runtime.load(new Uint8Array(), { background: false });
        return loading.create(context);
      },
    };
    await using engine = await createEngine({ runtime, plugins: [plugin] });
    expect(engine.plugins).toHaveLength(1);
    expect(asked).toEqual([true, false]);
  });
});
