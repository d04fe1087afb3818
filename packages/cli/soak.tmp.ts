import { native } from '@verilens/runtime-native';
import { feedsOf, TINY_RUNS, tinyRunBytes } from '../testing/src/index.ts';
const rss = () => Math.round(process.memoryUsage().rss / 2 ** 20);
const t = Date.now();
{ await using r = await native({ device: 'webgpu', threads: 1 });
for (let i = 0; i < 200; i++) { const s = await r.load(tinyRunBytes(TINY_RUNS[0]!)); await s.run(feedsOf(TINY_RUNS[0]!)); await s.dispose(); if (i % 40 === 0) console.log('session', i, rss(), Date.now() - t); } }
for (let i = 0; i < 40; i++) { await using r = await native({ device: 'webgpu', threads: 1 }); await r.load(tinyRunBytes(TINY_RUNS[0]!)); if (i % 10 === 0) console.log('runtime', i, rss(), Date.now() - t); }
// undisposed at exit
const r = await native({ device: 'webgpu', threads: 1 }); const s = await r.load(tinyRunBytes(TINY_RUNS[0]!)); await s.run(feedsOf(TINY_RUNS[0]!));
