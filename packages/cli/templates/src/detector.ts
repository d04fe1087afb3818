import type { DetectionResult, Detector, DetectorInput, DetectOptions, Image, Plugin } from '@verilens/core';
import { lifecycle, VerilensError } from '@verilens/core';
import { checkImage } from './thumbnail.ts';

const name = 'template-name';

/**
 * Replace this with your method: title, venue, year, link, and a line for every deliberate deviation.
 *
 * As it stands it measures how much fine detail a picture has. That is no evidence of manipulation, and nothing here is
 * calibrated: it answers INCONCLUSIVE unless the caller gives a threshold.
 */
export function templateName(): Plugin<'detector'> {
  return {
    name,
    role: 'detector',
    apiVersion: 1,
    async create({ runtime }): Promise<Detector> {
      const life = lifecycle(name);
      return {
        name,
        demand: { kind: 'image' },
        async warmup() {
          life.begin();
        },
        async detect(input: DetectorInput, options: DetectOptions = {}): Promise<DetectionResult> {
          const elapsed = life.begin(options.signal);
          if (input.kind !== 'image')
            throw new VerilensError('BAD_INPUT', 'another kind of input was handed over', {
              place: name,
              expected: 'image',
              got: input.kind,
            });
          const score = detail(input.image);
          // Without calibration no score may be called manipulated: a threshold of 1 is never reached.
          const threshold = options.threshold ?? 1;
          if (!(threshold >= 0 && threshold <= 1))
            throw new VerilensError('BAD_OPTION', 'the threshold cannot be used', {
              place: name,
              expected: '0..1',
              got: String(threshold),
            });
          const status = score >= threshold ? 'MANIPULATED' : 'INCONCLUSIVE';
          const reason = status === 'INCONCLUSIVE' ? 'this detector is not calibrated yet' : undefined;
          return {
            status,
            score,
            threshold,
            models: [{ name: `${name}/detail`, evidence: 'spatial', score, threshold, status, reason }],
            segments: [],
            regions: [],
            evidence: [],
            reason,
            device: runtime.device,
            durationMs: elapsed(),
          };
        },
        dispose: life.dispose,
        [Symbol.asyncDispose]: life.dispose,
      };
    },
  };
}

/** Mean magnitude of the Laplacian of the luminance, squeezed into 0..1 (1 excluded). */
function detail(image: Image): number {
  checkImage(image, name);
  const { width, height, data } = image;
  const grey = (x: number, y: number): number => {
    const i = (Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))) * 4;
    return 0.2126 * data[i]! + 0.7152 * data[i + 1]! + 0.0722 * data[i + 2]!;
  };
  let sum = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) sum += Math.abs(4 * grey(x, y) - grey(x - 1, y) - grey(x + 1, y) - grey(x, y - 1) - grey(x, y + 1));
  const mean = sum / (width * height);
  return mean / (mean + 20);
}
