import { describe, expect, it } from 'vitest';

describe('core in a page', () => {
  it('is imported and works without Node', async () => {
    const { Tensor, VerilensError } = await import('@verilens/core');
    expect(new Tensor('float32', new Float32Array([1, 2]), [1, 2]).dims).toEqual([1, 2]);
    const error = new VerilensError('BAD_SHAPE', 'wrong tensor', { place: 'page', expected: '[1, 2]', got: '[2]' });
    expect(error.message).toBe('[page] wrong tensor; expected [1, 2], got [2].');
    expect('process' in globalThis && 'versions' in (globalThis as { process?: object }).process!).toBe(false);
  });

  it('stands in a cross-origin isolated page, so that WASM threads exist', () => {
    expect(globalThis.crossOriginIsolated).toBe(true);
    expect(typeof SharedArrayBuffer).toBe('function');
  });

  it('has a WebGPU adapter, of software where there is no GPU', async () => {
    const gpu = (navigator as { gpu?: { requestAdapter(): Promise<object | null> } }).gpu;
    expect(await gpu?.requestAdapter()).toBeTruthy();
  });
});
