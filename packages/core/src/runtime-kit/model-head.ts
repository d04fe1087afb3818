import { VerilensError } from '../errors.ts';

const latin = (bytes: Uint8Array, start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));

/** What the first bytes say the file is, when it is a well-known thing other than ONNX. */
function knownImpostor(bytes: Uint8Array): { what: string; remedy: string } | undefined {
  const head = latin(bytes, 0, 64);
  const start = head
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
    .toLowerCase();
  if (bytes.length === 0) return { what: 'an empty file', remedy: 'The download or copy produced nothing; fetch the file again.' };
  if (start.startsWith('<'))
    return { what: 'an HTML or XML page', remedy: 'The server most likely answered with a "not found" or login page; check the address.' };
  if (head.startsWith('version https://git-lfs'))
    return { what: 'a Git LFS pointer', remedy: 'Run `git lfs pull` in the clone, or fetch the file itself.' };
  if (head.startsWith('PK'))
    return {
      what: 'a zip archive (PyTorch .pt, NumPy .npz and many downloads are one)',
      remedy: 'Unpack it, or export the model to ONNX.',
    };
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    return { what: 'gzip data', remedy: 'Unpack it; if a server sent it, it must also send `Content-Encoding: gzip`.' };
  if (latin(bytes, 0, 4) === '\u0089HDF') return { what: 'an HDF5 file (Keras)', remedy: 'Export the model to ONNX.' };
  if (latin(bytes, 4, 8) === 'TFL3') return { what: 'a TensorFlow Lite model', remedy: 'Export the model to ONNX.' };
  if (latin(bytes, 4, 8) === 'ORTM') return { what: 'a model in ORT format', remedy: 'Use the .onnx file it was made from.' };
  if (head.startsWith('GGUF')) return { what: 'a GGUF model', remedy: 'Use an ONNX export of it.' };
  if (head.startsWith('{"') && /^[\s{}[\]"',:\w.\-/]+$/.test(head.slice(0, 32)))
    return { what: 'JSON', remedy: 'Hand over the .onnx file, not its card.' };
  if (bytes[8] === 0x7b && bytes[9] === 0x22)
    return { what: 'a safetensors file', remedy: 'Those are parameters; the .onnx file has the graph.' };
  return undefined;
}

/**
 * Refuses files that are plainly no ONNX model, and says what they are.
 * @throws VerilensError BAD_MODEL
 */
export function checkModelHead(bytes: Uint8Array, place: string, origin: string): void {
  const impostor = knownImpostor(bytes);
  if (impostor === undefined) return;
  throw new VerilensError('BAD_MODEL', `${origin} is no ONNX model`, {
    place,
    expected: 'an ONNX file',
    got: impostor.what,
    remedy: impostor.remedy,
  });
}
