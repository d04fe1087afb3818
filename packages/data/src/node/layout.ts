/** The public layouts by the names of their top folders, to explain a wrong one. */
export interface Layout {
  readonly name: 'folder' | 'faceforensics' | 'celeb-df';
  readonly title: string;
  readonly call: string;
  readonly folders: readonly string[];
}

const layouts: readonly Layout[] = [
  {
    name: 'faceforensics',
    title: 'FaceForensics++',
    call: 'faceForensicsDataset',
    folders: ['original_sequences', 'manipulated_sequences'],
  },
  { name: 'celeb-df', title: 'Celeb-DF v2', call: 'celebDfDataset', folders: ['Celeb-real', 'YouTube-real', 'Celeb-synthesis'] },
];

/** Which layout a folder with these entries has; undefined when none fits. */
export function knownLayout(names: readonly string[]): Layout | undefined {
  const lower = names.map((name) => name.toLowerCase());
  const found = layouts.find((layout) => layout.folders.some((folder) => names.includes(folder)));
  if (found !== undefined) return found;
  return lower.includes('real') || lower.includes('fake')
    ? { name: 'folder', title: 'a folder dataset', call: 'folderDataset', folders: ['real', 'fake'] }
    : undefined;
}
