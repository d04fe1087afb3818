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
    // ONNX Runtime starts its threads from the file it is in: each build needs a file of its own, with nothing in it that
    // needs a page or belongs to the other build.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'onnxruntime-common', test: /onnxruntime-common/, priority: 2 },
            { name: 'onnxruntime-webgpu', test: /onnxruntime-web.*webgpu/, priority: 1 },
            { name: 'onnxruntime-wasm', test: /onnxruntime-web/ },
          ],
        },
      },
    },
  },
  server: { headers },
  preview: { headers },
});
