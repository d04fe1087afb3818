import type { DetectionResult, EvidenceMap, Image } from '@verilens/core';

export function picture(size = 8): Image {
  const data = new Uint8ClampedArray(size * size * 4);
  for (let i = 0; i < data.length; i++) data[i] = i % 4 === 3 ? 255 : (i * 7) % 256;
  return { data, width: size, height: size };
}

export function evidenceMap(values: readonly number[], columns = 4): EvidenceMap {
  return {
    trackId: 0,
    timestampMs: 1200,
    crop: picture(),
    rows: values.length / columns,
    columns,
    values: Float32Array.from(values),
    method: 'occlusion',
    score: 0.9,
  };
}

export function result(overrides: Partial<DetectionResult> = {}): DetectionResult {
  return {
    status: 'MANIPULATED',
    score: 0.93,
    threshold: 0.7,
    models: [
      { name: 'probe/temporal', evidence: 'temporal', score: 0.93, threshold: 0.7, status: 'MANIPULATED' },
      {
        name: 'probe/spatial',
        evidence: 'spatial',
        score: null,
        threshold: 0.8,
        status: 'NOT_APPLICABLE',
        reason: 'the face is too small',
      },
    ],
    segments: [
      { startMs: 0, endMs: 500, score: 0.2, trackId: 0 },
      { startMs: 500, endMs: 1000, score: 0.95, trackId: 0 },
      { startMs: 0, endMs: 500, score: 0.1, trackId: 1 },
    ],
    regions: [{ box: { x: 1, y: 1, width: 4, height: 4 }, score: 0.95, timestampMs: 500 }],
    evidence: [evidenceMap([0, 0, 0, 0, 0, 0, 0, 0, 0, 0.4, 0.2, 0, 0, 0, 0, 0])],
    device: 'cpu',
    durationMs: 321,
    ...overrides,
  };
}

/** Enough of a PNG to be told by its first bytes. */
export const encode = (image: Image): Promise<Uint8Array> =>
  Promise.resolve(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, image.width, image.height]));
