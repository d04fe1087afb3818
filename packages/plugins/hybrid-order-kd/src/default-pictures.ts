import type { PictureSet } from '@verilens/data';

/** What is trained on when nothing is given: MNIST and Fashion-MNIST. @throws VerilensError NOT_FOUND with how to install them */
export async function defaultPictures(
  signal?: AbortSignal,
): Promise<{ readonly pictures: PictureSet; readonly sources: readonly string[] }> {
  // Loaded here: only training and evidence read files.
  const { twentyClasses, twentyClassesSources } = await import('@verilens/data/node');
  return { pictures: await twentyClasses({ from: import.meta.url, ...(signal && { signal }) }), sources: twentyClassesSources };
}
