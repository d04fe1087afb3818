import type { Importer } from '../site.ts';

/** Of a branch whose condition is known, the graph that is taken. */
const branchOf: Importer = (site) => {
  const condition = site.scalar(0, 'condition');
  const graph = site.graph(condition === 0 ? 'else_branch' : 'then_branch');
  if (graph === undefined) throw site.bad('it has no branch', 'a graph for either case', 'nothing');
  return site.run.branch(graph);
};

export const branchImporters: Readonly<Record<string, Importer>> = { If: branchOf };
