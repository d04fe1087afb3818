import { basename, join } from 'node:path';
import { VerilensError } from '@verilens/core';
import { isImage, listFolder, mediaBelow, requireFolder, type Skipped, someOf } from './files.ts';
import { classFolders, type LabelledFile, labelledFile, type LabelledFiles } from './labelled-files.ts';

/** Faces known in good pictures, to be recognised in poor ones: sets share their classes (people). */
export interface CrossResolution {
  /** Good pictures. */
  readonly gallery: LabelledFiles;
  /** Poor ones, by name: a resolution or a distance. */
  readonly probes: Readonly<Record<string, LabelledFiles>>;
}

/**
 * A folder with `gallery/<person>/` and any other folders `<probe>/<person>/`, e.g. `16px/`, `far/`.
 *
 * @throws VerilensError NOT_FOUND, BAD_INPUT when there is no gallery, no probe, or a probe of nobody in the gallery
 */
export async function crossResolutionFolders(root: string): Promise<CrossResolution> {
  const place = `cross-resolution folders ${root}`;
  await requireFolder(root, place);
  const folders = (await listFolder(root, place)).flatMap((entry) => (entry.kind === 'folder' ? entry.name : []));
  if (!folders.includes('gallery') || folders.length < 2) {
    throw new VerilensError('BAD_INPUT', 'the folder is laid out in another way', {
      place,
      expected: 'gallery/<person>/ and folders of probes beside it',
      got: someOf(folders),
      remedy: folders.some((folder) => /mugshot|surveillance/.test(folder)) ? 'This looks like SCface: use scfaceDataset.' : undefined,
    });
  }
  const gallery = await classFolders(join(root, 'gallery'), { name: `${place}/gallery` });
  const probes: Record<string, LabelledFiles> = {};
  for (const folder of folders) {
    if (folder === 'gallery') continue;
    const own = await classFolders(join(root, folder), { name: `${place}/${folder}` });
    const labels = own.classes.map((person) => gallery.classes.indexOf(person));
    const stranger = own.classes.find((_, index) => labels[index] === -1);
    if (stranger !== undefined) {
      const expected = `people of the gallery: ${someOf(gallery.classes)}`;
      throw new VerilensError('BAD_INPUT', 'a probe shows nobody of the gallery', { place: own.name, expected, got: stranger });
    }
    probes[folder] = { ...own, classes: gallery.classes, items: own.items.map((item) => ({ ...item, label: labels[item.label]! })) };
  }
  return { gallery, probes };
}

/** Distance of the surveillance pictures by the number in their names, in metres. */
const scfaceDistances: Readonly<Record<string, string>> = { 1: '4.20 m', 2: '2.60 m', 3: '1.00 m' };

/**
 * SCface as distributed: frontal mugshots (`001_frontal.jpg`) are the gallery, pictures of the five daylight
 * surveillance cameras at three distances (`001_cam1_1.jpg`: person 1, camera 1, distance 1) the probes. Files are known
 * by their names, wherever below the root they lie; of one name in several folders the cropped or first one is taken.
 * Infrared and rotated pictures are passed over.
 *
 * @throws VerilensError NOT_FOUND, BAD_INPUT
 * @see Grgic, Delac and Grgic, SCface - surveillance cameras face database, Multimedia Tools and Applications 2011
 */
export async function scfaceDataset(root: string): Promise<CrossResolution> {
  const place = `SCface ${root}`;
  await requireFolder(root, place);
  const skipped: Skipped[] = [];
  const found = new Map<string, string>();
  for (const path of await mediaBelow(root, place, skipped)) {
    const name = basename(path)
      .toLowerCase()
      .replace(/\.\w+$/, '');
    if (!isImage(path) || !/^\d{3}_(frontal|cam[1-5]_[123])$/.test(name)) {
      skipped.push({ path: join(root, path), reason: 'neither a frontal mugshot nor of a daylight camera, by its name' });
      continue;
    }
    const before = found.get(name);
    if (before === undefined || (/crop/i.test(path) && !/crop/i.test(before))) found.set(name, path);
  }
  const names = [...found.keys()].sort();
  const classes = [...new Set(names.flatMap((name) => (name.endsWith('_frontal') ? name.slice(0, 3) : [])))];
  if (classes.length === 0 || !names.some((name) => name.includes('_cam'))) {
    throw new VerilensError('BAD_INPUT', 'the pictures of SCface are not there', {
      place,
      expected: 'files 001_frontal.jpg and 001_cam1_1.jpg somewhere below',
      got: names.length > 0 ? someOf(names) : someOf(skipped.map(({ path }) => basename(path))),
    });
  }
  const setOf = (name: string, chosen: readonly string[]): LabelledFiles => {
    const items: LabelledFile[] = chosen.flatMap((stem) => {
      const label = classes.indexOf(stem.slice(0, 3));
      if (label !== -1) return labelledFile(root, found.get(stem)!, label);
      skipped.push({ path: join(root, found.get(stem)!), reason: 'there is no mugshot of this person' });
      return [];
    });
    return { name: `${place}/${name}`, root, classes, items, skipped };
  };
  const probes: Record<string, LabelledFiles> = {};
  for (const [number, distance] of Object.entries(scfaceDistances)) {
    const chosen = names.filter((name) => new RegExp(`_cam[1-5]_${number}$`).test(name));
    if (chosen.length > 0) probes[distance] = setOf(distance, chosen);
  }
  return {
    gallery: setOf(
      'gallery',
      names.filter((name) => name.endsWith('_frontal')),
    ),
    probes,
  };
}
