
export type WebDevice = 'webgpu' | 'wasm';

/** The order in which devices are tried. */
export const ORDER: readonly WebDevice[] = ['webgpu', 'wasm'];
