import { parse } from 'node:path';

export default {
  output: 'export',
  // Only here: the project's packages are links into the workspace, and Turbopack compiles nothing outside its root.
  turbopack: { root: parse(import.meta.dirname).root },
};
