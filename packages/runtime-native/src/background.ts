import { Worker } from 'node:worker_threads';
import { Tensor, type TensorMap } from '@verilens/core';
import { type EngineSession, specsOf, type ValueMetadata } from '@verilens/core/runtime-kit';
import type { InferenceSession } from 'onnxruntime-node';
import { ortEntry } from './probe-apart.ts';

/** A thread of its own for sessions: onnxruntime-node computes on the thread that calls it. */
export interface BackgroundThread {
  /** Rejects with the engine's own error. The thread lives while one of its sessions does, and keeps no process alive. */
  create(bytes: Uint8Array, options: InferenceSession.SessionOptions): Promise<EngineSession>;
}

/** A tensor as it travels between threads. */
interface Sent {
  readonly type: string;
  readonly data: Tensor['data'];
  readonly dims: readonly number[];
}

interface Answer {
  readonly id: number;
  readonly error?: string;
  readonly inputs?: readonly ValueMetadata[];
  readonly outputs?: readonly ValueMetadata[];
  readonly tensors?: Readonly<Record<string, Sent>>;
}

/** Runs in a bare thread: no imports of ours, so that it starts in a moment from sources and from a build alike. */
const SCRIPT = `
const { parentPort, workerData } = require('node:worker_threads');
const ort = require(workerData);
if (ort.env.logLevel === 'warning' || ort.env.logLevel === undefined) ort.env.logLevel = 'fatal';
const sessions = new Map();
const tasks = {
  async create({ session, bytes, options }) {
    const made = await ort.InferenceSession.create(bytes, options);
    sessions.set(session, made);
    return { inputs: made.inputMetadata, outputs: made.outputMetadata };
  },
  async run({ session, feeds, outputs }) {
    const own = {};
    for (const name in feeds) own[name] = new ort.Tensor(feeds[name].type, feeds[name].data, feeds[name].dims);
    const answer = await sessions.get(session).run(own, outputs, { logSeverityLevel: 4 });
    const tensors = {};
    for (const name in answer) tensors[name] = { type: answer[name].type, data: answer[name].data, dims: answer[name].dims };
    return { tensors };
  },
  async release({ session }) {
    const made = sessions.get(session);
    sessions.delete(session);
    await made.release();
    return {};
  },
};
parentPort.on('message', (message) => {
  tasks[message.task](message).then(
    (answer) => {
      const buffers = Object.values(answer.tensors || {}).map(({ data }) => data.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
      parentPort.postMessage({ id: message.id, ...answer }, [...new Set(buffers)]);
    },
    (error) => parentPort.postMessage({ id: message.id, error: String((error && error.message) || error) }),
  );
});
`;

export function backgroundThread(): BackgroundThread {
  let worker: Worker | undefined;
  let users = 0;
  let count = 0;
  const waiting = new Map<number, { readonly resolve: (answer: Answer) => void; readonly reject: (error: unknown) => void }>();

  function start(): Worker {
    const made = new Worker(SCRIPT, { eval: true, execArgv: [], workerData: ortEntry() });
    const ended = (error: unknown): void => {
      if (worker !== made) return;
      worker = undefined;
      users = 0;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    made.on('message', (answer: Answer) => {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (waiting.size === 0) made.unref();
      if (answer.error === undefined) asked?.resolve(answer);
      else asked?.reject(new Error(answer.error));
    });
    made.on('error', ended);
    made.on('exit', (code) => ended(new Error(`the background thread ended with ${code}`)));
    made.unref();
    return made;
  }

  function ask(to: Worker, message: object, transfer: readonly ArrayBuffer[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (to !== worker) {
        reject(new Error('the background thread of this session has ended'));
        return;
      }
      const id = (count += 1);
      waiting.set(id, { resolve, reject });
      to.ref();
      to.postMessage({ id, ...message }, transfer);
    });
  }

  async function leave(from: Worker): Promise<void> {
    if (from !== worker || (users -= 1) > 0) return;
    worker = undefined;
    await from.terminate();
  }

  return {
    async create(bytes, options) {
      const own = (worker ??= start());
      users += 1;
      const session = (count += 1);
      try {
        const { inputs = [], outputs = [] } = await ask(own, { task: 'create', session, bytes, options });
        return {
          inputs: specsOf(inputs),
          outputs: specsOf(outputs),
          async run(feeds, wanted, transfer = false) {
            const sent = Object.entries(feeds).map(([name, tensor]) => [name, packed(tensor, transfer)] as const);
            const buffers = sent.flatMap(([, { data }]) => (ArrayBuffer.isView(data) ? [data.buffer as ArrayBuffer] : []));
            const { tensors = {} } = await ask(own, { task: 'run', session, feeds: Object.fromEntries(sent), outputs: [...wanted] }, [
              ...new Set(buffers),
            ]);
            return unpacked(tensors);
          },
          async release() {
            if (own !== worker) return; // went with its thread
            await ask(own, { task: 'release', session });
            await leave(own);
          },
        };
      } catch (error) {
        await leave(own);
        throw error;
      }
    },
  };
}

/** Something that may be handed over: a copy, unless the caller gives its own away and nothing else lies in that memory. */
function packed({ type, data, dims }: Tensor, transfer: boolean): Sent {
  if (!ArrayBuffer.isView(data)) return { type, data, dims };
  const whole = data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength;
  return { type, data: transfer && whole ? data : data.slice(), dims };
}

function unpacked(tensors: Readonly<Record<string, Sent>>): TensorMap {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, data, dims }]) => [name, new Tensor(type as Tensor.Type, data as Float32Array, dims)]),
  );
}
