import { type ErrorCode, type ModelCard, type Runtime, type Session, Tensor, type TensorMap, VerilensError } from '@verilens/core';
import { probeModel } from '@verilens/core/runtime-kit';
import { hostileModels } from './hostile-models.ts';
import { onnxBytes, type TinyModel } from './onnx-bytes.ts';
import { TINY_RUNS, type TinyArray, type TinyRun, tinyRunBytes } from './tiny-runs.ts';

/** One thing a runtime must do. `run` rejects with a plain Error that says what was wrong. */
export interface RuntimeCase {
  readonly name: string;
  run(): Promise<void>;
}

export interface RuntimeSuiteOptions {
  /** Largest absolute difference allowed; 1e-5 when left out (1e-3 suits GPUs). */
  readonly tolerance?: number;
  /** False leaves out the run that asks for four terabytes, for places that take minutes to refuse it. */
  readonly hugeRun?: boolean;
}

function claim(truth: boolean, what: string): asserts truth {
  if (!truth) throw new Error(what);
}

/** Awaits a rejection with one of the codes, and checks that it names the place. */
async function refuses(codes: ErrorCode | readonly ErrorCode[], what: string, attempt: () => Promise<unknown>): Promise<VerilensError> {
  let outcome: unknown;
  try {
    outcome = await attempt();
  } catch (error) {
    claim(error instanceof VerilensError, `${what}: threw ${String(error)}, which is no VerilensError`);
    claim([codes].flat().includes(error.code), `${what}: expected ${[codes].flat().join(' or ')}, got ${error.code}: ${error.message}`);
    return error;
  }
  throw new Error(`${what}: expected ${[codes].flat().join(' or ')}, but it went through with ${String(outcome)}`);
}

/** A core tensor of a table entry. */
export function tensorOf(array: TinyArray): Tensor {
  const dims = [...array.shape];
  if (array.dtype === 'float32') return new Tensor('float32', Float32Array.from(array.values), dims);
  if (array.dtype === 'int32') return new Tensor('int32', Int32Array.from(array.values), dims);
  if (array.dtype === 'int64') return new Tensor('int64', BigInt64Array.from(array.values, BigInt), dims);
  return new Tensor('bool', Uint8Array.from(array.values), dims);
}

/** The feeds of a table entry. */
export function feedsOf(run: TinyRun): TensorMap {
  return Object.fromEntries(Object.entries(run.feeds).map(([name, array]) => [name, tensorOf(array)]));
}

function compare(answers: TensorMap, expected: TinyRun['answers'], tolerance: number): void {
  claim(
    Object.keys(answers).sort().join() === Object.keys(expected).sort().join(),
    `outputs are ${Object.keys(answers).join()}, expected ${Object.keys(expected).join()}`,
  );
  for (const [name, want] of Object.entries(expected)) {
    const got = answers[name] as Tensor;
    claim(got instanceof Tensor, `output ${name} is no Tensor of core`);
    claim(
      got.type === want.dtype && got.dims.join() === want.shape.join(),
      `output ${name} is ${got.type}[${got.dims.join()}], expected ${want.dtype}[${want.shape.join()}]`,
    );
    const numbers = Array.from(got.data as Float32Array, Number);
    want.values.forEach((value, index) =>
      claim(Math.abs((numbers[index] as number) - value) <= tolerance, `output ${name}[${index}] is ${numbers[index]}, expected ${value}`),
    );
  }
}

async function hexSha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A card that fits a tiny model. */
export async function cardOf(model: TinyModel, name = 'tiny'): Promise<ModelCard> {
  return {
    name,
    version: '1.0.0',
    sha256: await hexSha256(onnxBytes(model)),
    licence: 'MIT',
    inputs: model.inputs,
    outputs: model.outputs,
    notes: [],
  };
}

/**
 * What every runtime must do, as cases for any test runner:
 * `for (const { name, run } of runtimeConformance(() => native())) it(name, run);`
 * Each case makes its own runtime and disposes it.
 */
export function runtimeConformance(make: () => Promise<Runtime>, options: RuntimeSuiteOptions = {}): RuntimeCase[] {
  const { tolerance = 1e-5, hugeRun = true } = options;
  const withRuntime = async (use: (runtime: Runtime) => Promise<void>): Promise<void> => {
    const runtime = await make();
    try {
      await use(runtime);
    } finally {
      await runtime.dispose();
    }
  };
  const first = TINY_RUNS[0] as TinyRun;
  const firstBytes = tinyRunBytes(first);
  const withSession = (use: (session: Session, runtime: Runtime) => Promise<void>): Promise<void> =>
    withRuntime(async (runtime) => use(await runtime.load(firstBytes, { name: 'tiny' }), runtime));

  const answers: RuntimeCase[] = TINY_RUNS.map((entry) => ({
    name: `computes ${entry.name}`,
    run: () =>
      withRuntime(async (runtime) => {
        const session = await runtime.load(tinyRunBytes(entry));
        compare(await session.run(feedsOf(entry)), entry.answers, tolerance);
      }),
  }));

  const refusals: RuntimeCase[] = hostileModels().map((hostile) => ({
    name: `refuses ${hostile.name}`,
    run: () =>
      withRuntime(async (runtime) => {
        const error = await refuses(hostile.codes, hostile.name, async () => runtime.load(hostile.bytes, { name: 'hostile' }));
        claim(error.place.includes('hostile'), `the error names "${error.place}", not the model`);
        claim(
          hostile.says === undefined || hostile.says.test(error.message),
          `the message does not say ${String(hostile.says)}: ${error.message}`,
        );
        // The runtime has to be usable afterwards.
        compare(await (await runtime.load(firstBytes)).run(feedsOf(first)), first.answers, tolerance);
      }),
  }));

  const glutton: RuntimeCase = {
    name: 'survives a run that asks for four terabytes',
    run: () =>
      withRuntime(async (runtime) => {
        const session = await runtime.load(
          onnxBytes({
            inputs: [{ name: 'size', dtype: 'int64', shape: [3] }],
            nodes: [{ op: 'ConstantOfShape', inputs: ['size'], outputs: ['y'] }],
            outputs: [{ name: 'y', dtype: 'float32', shape: ['a', 'b', 'c'] }],
          }),
          { name: 'glutton' },
        );
        const size = (side: number): TensorMap => ({ size: tensorOf({ dtype: 'int64', shape: [3], values: [side, side, side] }) });
        await refuses('RUN_FAILED', 'four terabytes', () => session.run(size(10_000)));
        const { y } = await session.run(size(2));
        claim(y?.dims.join() === '2,2,2', 'the session does not work any more');
      }),
  };

  return [
    {
      name: 'says what it is and what it tried',
      run: () =>
        withRuntime(async (runtime) => {
          claim(runtime.probes.length > 0, 'no probes');
          const last = runtime.probes.at(-1);
          claim(last?.device === runtime.device && last.available, 'the last probe is not the device taken');
          for (const probe of runtime.probes)
            claim(probe.reason.length > 0 && probe.durationMs >= 0, `probe of ${probe.device} has no reason or no duration`);
          claim(Number.isInteger(runtime.threads) && runtime.threads >= 1, `threads is ${runtime.threads}`);
        }),
    },
    {
      name: 'describes inputs and outputs',
      run: () =>
        withSession(async (session, runtime) => {
          claim(session.device === runtime.device, 'the session is on another device');
          claim(JSON.stringify(session.inputs) === JSON.stringify(first.model.inputs), `inputs are ${JSON.stringify(session.inputs)}`);
          claim(JSON.stringify(session.outputs) === JSON.stringify(first.model.outputs), `outputs are ${JSON.stringify(session.outputs)}`);
        }),
    },
    ...answers,
    {
      name: 'computes only the outputs asked for',
      run: () =>
        withSession(async (session) => {
          const { relu } = first.answers;
          compare(await session.run(feedsOf(first), { outputs: ['relu'] }), { relu: relu as TinyArray }, tolerance);
          await refuses('UNKNOWN_NAME', 'an unknown output', () => session.run(feedsOf(first), { outputs: ['nope'] }));
        }),
    },
    {
      name: 'refuses feeds that do not fit, and says what does',
      run: () =>
        withSession(async (session) => {
          const right = feedsOf(first);
          const x = right['x'] as Tensor;
          const missing = await refuses('UNKNOWN_NAME', 'a missing feed', () => session.run({}));
          claim(missing.message.includes('tiny') && missing.message.includes('x: float32[batch,3]'), `unhelpful: ${missing.message}`);
          await refuses('UNKNOWN_NAME', 'a feed too many', () => session.run({ ...right, z: x }));
          const shape = await refuses('BAD_SHAPE', 'a wrong width', () =>
            session.run({ x: new Tensor('float32', new Float32Array(8), [2, 4]) }),
          );
          claim(shape.message.includes('float32[batch,3]') && shape.message.includes('float32[2,4]'), `unhelpful: ${shape.message}`);
          await refuses('BAD_SHAPE', 'a wrong rank', () => session.run({ x: new Tensor('float32', new Float32Array(6), [6]) }));
          await refuses('BAD_SHAPE', 'a wrong type', () => session.run({ x: new Tensor('int32', new Int32Array(6), [2, 3]) }));
          await refuses('BAD_SHAPE', 'no tensor', () => session.run({ x: [1, 2, 3] as unknown as Tensor }));
          compare(await session.run(right), first.answers, tolerance);
        }),
    },
    {
      name: 'takes overlapping runs, on one session and across sessions',
      run: () =>
        withRuntime(async (runtime) => {
          const sessions = await Promise.all(TINY_RUNS.map((entry) => runtime.load(tinyRunBytes(entry))));
          const runs = Array.from({ length: 24 }, (_, index) => index % TINY_RUNS.length);
          const done = await Promise.all(runs.map((index) => (sessions[index] as Session).run(feedsOf(TINY_RUNS[index] as TinyRun))));
          done.forEach((answer, index) => compare(answer, (TINY_RUNS[runs[index] as number] as TinyRun).answers, tolerance));
        }),
    },
    {
      name: 'shares the device with a second runtime',
      run: () =>
        withSession(async (session) =>
          withSession(async (other) => {
            const done = await Promise.all([session, other, session, other].map((one) => one.run(feedsOf(first))));
            for (const answer of done) compare(answer, first.answers, tolerance);
          }),
        ),
    },
    {
      name: 'keeps one load alive when another of the same bytes is disposed',
      run: () =>
        withRuntime(async (runtime) => {
          const [a, b] = await Promise.all([runtime.load(firstBytes), runtime.load(firstBytes)]);
          await a.dispose();
          await a.dispose();
          await refuses('DISPOSED', 'a run after dispose', () => a.run(feedsOf(first)));
          compare(await b.run(feedsOf(first)), first.answers, tolerance);
          await b.dispose();
          const again = await runtime.load(firstBytes);
          compare(await again.run(feedsOf(first)), first.answers, tolerance);
        }),
    },
    {
      name: 'ends with dispose',
      run: async () => {
        const runtime = await make();
        const session = await runtime.load(firstBytes);
        await runtime.dispose();
        await refuses('DISPOSED', 'a run after the runtime ended', () => session.run(feedsOf(first)));
        await refuses('DISPOSED', 'a load after the runtime ended', () => runtime.load(firstBytes));
        await runtime.dispose();
      },
    },
    {
      name: 'drops waiting runs whose signal fires, and no others',
      run: () =>
        withSession(async (session) => {
          const fired = AbortSignal.abort(new Error('no more'));
          await refuses('ABORTED', 'a fired signal', () => session.run(feedsOf(first), { signal: fired }));
          const controller = new AbortController();
          const before = session.run(feedsOf(first));
          const dropped = session.run(feedsOf(first), { signal: controller.signal });
          const after = session.run(feedsOf(first));
          const refused = refuses('ABORTED', 'a waiting run', () => dropped);
          controller.abort();
          await refused;
          compare(await before, first.answers, tolerance);
          compare(await after, first.answers, tolerance);
        }),
    },
    {
      name: 'refuses a load whose signal has fired',
      run: () =>
        withRuntime(
          async (runtime) =>
            void (await refuses('ABORTED', 'a fired signal', () => runtime.load(firstBytes, { signal: AbortSignal.abort() }))),
        ),
    },
    {
      name: 'holds a model to its card',
      run: () =>
        withRuntime(async (runtime) => {
          const card = await cardOf(first.model);
          compare(await (await runtime.load(firstBytes, { card })).run(feedsOf(first)), first.answers, tolerance);
          const altered = Uint8Array.from(firstBytes);
          altered[altered.length - 1] = (altered[altered.length - 1] as number) ^ 1;
          const hash = await refuses('BAD_MODEL', 'altered bytes', () => runtime.load(altered, { card }));
          claim(hash.message.includes(card.sha256) && hash.message.includes('tiny'), `unhelpful: ${hash.message}`);
          await refuses('BAD_MODEL', 'another input name', () =>
            runtime.load(firstBytes, { card: { ...card, inputs: [{ name: 'pixels', dtype: 'float32', shape: ['batch', 3] }] } }),
          );
          await refuses('BAD_MODEL', 'another input shape', () =>
            runtime.load(firstBytes, { card: { ...card, inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 5] }] } }),
          );
          await refuses('BAD_MODEL', 'another output type', () =>
            runtime.load(firstBytes, { card: { ...card, outputs: card.outputs.map((spec) => ({ ...spec, dtype: 'int32' })) } }),
          );
        }),
    },
    {
      name: 'says so when there is no such file',
      run: () =>
        withRuntime(async (runtime) => {
          await refuses('NOT_FOUND', 'a missing model', () => runtime.load(new URL('no-such-folder/no-such-model.onnx', import.meta.url)));
          await refuses('NOT_FOUND', 'a missing card', () => runtime.read(new URL('no-such-folder/no-such-card.json', import.meta.url)));
        }),
    },
    {
      name: 'fails in a typed way inside a run, and works on',
      run: () =>
        withRuntime(async (runtime) => {
          // The sizes agree with the metadata and not with each other, which only the run can find out.
          const model: TinyModel = {
            inputs: [
              { name: 'a', dtype: 'float32', shape: ['m', 'k'] },
              { name: 'b', dtype: 'float32', shape: ['l', 'n'] },
            ],
            nodes: [{ op: 'MatMul', inputs: ['a', 'b'], outputs: ['y'] }],
            outputs: [{ name: 'y', dtype: 'float32', shape: ['m', 'n'] }],
          };
          const session = await runtime.load(onnxBytes(model), { name: 'product' });
          const tensor = (rows: number, columns: number): Tensor =>
            new Tensor('float32', new Float32Array(rows * columns).fill(1), [rows, columns]);
          const error = await refuses('RUN_FAILED', 'sizes that do not fit', () => session.run({ a: tensor(2, 3), b: tensor(4, 2) }));
          claim(error.message.includes('product'), `unhelpful: ${error.message}`);
          const { y } = await session.run({ a: tensor(2, 3), b: tensor(3, 2) });
          claim(Array.from(y?.data as Float32Array).join() === '3,3,3,3', 'the session does not work any more');
        }),
    },
    ...(hugeRun ? [glutton] : []),
    ...refusals,
    {
      name: 'loads bytes that lie inside a larger buffer',
      run: () =>
        withRuntime(async (runtime) => {
          const model = probeModel();
          const padded = new Uint8Array(model.length + 64);
          padded.set(model, 32);
          const session = await runtime.load(padded.subarray(32, 32 + model.length));
          claim(session.inputs.map((input) => input.name).join() === 'a,b', 'other inputs');
        }),
    },
  ];
}
