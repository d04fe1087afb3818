import { createHash } from 'node:crypto';
import { defineConfig, type Plugin } from 'vite';
import { CONTENT_SECURITY_POLICY, HEADERS } from './src/policy.ts';

/** Fetched only by pages that run on WebGPU: it is kept when it was used, and not before. */
const ON_DEMAND = /asyncify.*\.wasm$/;

// ONNX Runtime starts its threads from the file it is in: each build needs a file of its own, with nothing in it that
// needs a page or belongs to the other build.
const output = {
  codeSplitting: {
    groups: [
      { name: 'onnxruntime-common', test: /onnxruntime-common/, priority: 2 },
      { name: 'onnxruntime-webgpu', test: /onnxruntime-web.*webgpu/, priority: 1 },
      { name: 'onnxruntime-wasm', test: /onnxruntime-web/ },
    ],
  },
};

export default defineConfig({
  // Relative addresses everywhere: the folder works below any path.
  base: './',
  // The first condition is only for this repository, where packages run from source.
  resolve: { conditions: ['@verilens/source', 'module', 'browser', 'development|production'] },
  plugins: [policyInPage(), precache()],
  worker: { format: 'es', rolldownOptions: { output } },
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: { index: 'index.html', 'service-worker': 'src/service-worker.ts' },
      output: { entryFileNames: ({ name }) => (name === 'service-worker' ? 'service-worker.js' : 'assets/[name]-[hash].js') },
    },
  },
  server: { headers: { ...HEADERS, 'Content-Security-Policy': '' } },
});

/** The policy stands in the page too, for servers that send no headers. */
function policyInPage(): Plugin {
  return {
    name: 'policy-in-page',
    apply: 'build',
    transformIndexHtml: (html) =>
      html.replace('<meta charset="utf-8">', `$&\n<meta http-equiv="Content-Security-Policy" content="${CONTENT_SECURITY_POLICY}">`),
  };
}

/** Tells the service worker which files there are, and a version that changes with any of them. */
function precache(): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle['service-worker.js'];
        if (worker?.type !== 'chunk') return;
        const names = Object.keys(bundle).filter((name) => name !== 'service-worker.js' && !ON_DEMAND.test(name) && !name.endsWith('.map'));
        const files = [...names, 'icon.svg', 'manifest.webmanifest'].sort();
        const hash = createHash('sha256').update(worker.code);
        for (const name of names.sort()) {
          const part = bundle[name]!;
          hash.update(name).update(part.type === 'chunk' ? part.code : part.source);
        }
        const version = hash.digest('hex').slice(0, 16);
        worker.code = worker.code.replace(/[\w$]+\.__PRECACHE__/, JSON.stringify({ version, files }));
      },
    },
  };
}
