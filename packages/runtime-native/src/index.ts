export * from './native.ts';
export * from './probe-devices.ts';
