export * from './discovery.ts';
export { folderStore } from './folder-store.ts';
