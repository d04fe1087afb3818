export * from './probe-devices.ts';
export * from './wasm.ts';
