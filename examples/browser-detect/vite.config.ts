import { defineConfig } from 'vite';

// WASM runs on several threads only in a page that is cross-origin isolated.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  // The first condition is only for this repository, where packages run from source.
  resolve: { conditions: ['@verilens/source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsInlineLimit: 0,
    // ONNX Runtime starts its threads from the file it is in: that file must hold nothing that needs a page.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'onnxruntime', test: /onnxruntime-(web|common)/ }] } } },
  },
  server: { headers },
  preview: { headers },
});
