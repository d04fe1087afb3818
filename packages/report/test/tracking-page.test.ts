import { describe, expect, it } from 'vitest';
import { trackingHtml, type TrackedPoint, type TrackingReportOptions } from '../src/tracking-page.ts';

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
const image = { data: new Uint8ClampedArray(16), width: 2, height: 2 };
const options: TrackingReportOptions = {
  encode: async () => PNG,
  name: 'street <1>.mp4',
  plugin: 'channel-distillation',
  device: 'cpu',
  width: 320,
  height: 240,
  framesPerSecond: 101.4,
  stills: [{ image, timestampMs: 400, state: 'uncertain', confidence: 0.42 }],
};
const points: TrackedPoint[] = Array.from({ length: 20 }, (_, index) => ({
  index,
  timestampMs: 40 * index,
  box: [10 + 3 * index, 20, 30, 40],
  confidence: index < 10 ? 1 : 0.2,
  state: index < 10 ? 'tracking' : index < 15 ? 'uncertain' : 'lost',
  figures: { peakToSidelobe: 12 - index / 2 },
}));

describe('the tracking report', () => {
  it('shows the path by state, frames, and curves of confidence, size and the figures of the method', async () => {
    const page = await trackingHtml(points, options);
    expect([...page.matchAll(/<figcaption><b>([^<]+)<\/b><span>/g)].map((m) => m[1])).toEqual([
      'confidence',
      'size (pixels)',
      'peak to sidelobe',
    ]);
    expect(page).toContain('50 % tracking');
    expect(page).toContain('25 % lost');
    // three pieces, each beginning where the one before ends
    expect([...page.matchAll(/<polyline points="([\d., ]+)" vector-effect/g)].map((m) => m[1]!.split(' ').length)).toEqual([10, 6, 6]);
    expect(page).toContain('confidence 0.42');
    expect(page).toContain('street &lt;1&gt;.mp4');
    expect(page).not.toMatch(/<script|https?:\/\//);
  });

  it('stays small for a long video, and survives none and a figure that is not finite', async () => {
    const long = Array.from({ length: 50_000 }, (_, index) => ({ ...points[index % 10]!, index, timestampMs: 40 * index }));
    expect((await trackingHtml(long, options)).length).toBeLessThan(120_000);
    expect(await trackingHtml([], { ...options, incomplete: true })).toContain('interrupted');
    expect(await trackingHtml([{ ...points[0]!, figures: { peakToSidelobe: NaN } }], options)).not.toContain('NaN');
  });
});
