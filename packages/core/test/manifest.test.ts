import { describe, expect, it } from 'vitest';
import { parseManifest, parsePluginPackage, ROLES } from '../src/manifest.ts';

const good = { apiVersion: 1, name: 'self-blended', role: 'detector', factory: 'selfBlended' };
const json = { name: 'verilens-plugin-x', version: '1.2.3', description: 'Detector', keywords: ['verilens-plugin'], verilens: good };

describe('a plugin manifest', () => {
  it('is read', () => {
    expect(parsePluginPackage(json, 'package.json')).toEqual({
      packageName: 'verilens-plugin-x',
      version: '1.2.3',
      description: 'Detector',
      manifest: good,
    });
    expect(parseManifest({ ...good, model: 'folder' }, 'f').model).toBe('folder');
    for (const role of ROLES) expect(parseManifest({ ...good, role }, 'f').role).toBe(role);
  });

  it.each([
    { change: { verilens: undefined }, field: '"verilens" is', got: 'got nothing' },
    { change: { keywords: ['onnx'] }, field: '"keywords"', got: 'got ["onnx"]' },
    { change: { name: '' }, field: '"name"', got: 'got ""' },
    { change: { verilens: { ...good, apiVersion: '1' } }, field: '"verilens.apiVersion"', got: 'got "1"' },
    { change: { verilens: { ...good, name: 'Self Blended' } }, field: '"verilens.name"', got: 'got "Self Blended"' },
    { change: { verilens: { ...good, name: undefined } }, field: '"verilens.name"', got: 'got nothing' },
    { change: { verilens: { ...good, role: 'detecter' } }, field: '"verilens.role"', got: 'Did you mean "detector"?' },
    { change: { verilens: { ...good, role: ['detector'] } }, field: '"verilens.role"', got: 'got ["detector"]' },
    { change: { verilens: { ...good, factory: 'a b' } }, field: '"verilens.factory"', got: 'got "a b"' },
    { change: { verilens: { ...good, model: true } }, field: '"verilens.model"', got: 'got true' },
    { change: { verilens: [] }, field: '"verilens"', got: 'got []' },
  ])('names file and field: $field $got', ({ change, field, got }) => {
    const read = (): unknown => parsePluginPackage({ ...json, ...change }, '/x/package.json');
    expect(read).toThrow(expect.objectContaining({ code: 'BAD_PLUGIN', place: '/x/package.json' }));
    expect(read).toThrow(field);
    expect(read).toThrow(got);
  });

  it('refuses another apiVersion politely', () => {
    const newer = (): unknown => parseManifest({ ...good, apiVersion: 2, role: 'something new' }, 'f');
    expect(newer).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    expect(newer).toThrow(/Update @verilens\/core/);
    expect(() => parseManifest({ ...good, apiVersion: 0 }, 'f')).toThrow(/newer version of the plugin/);
  });
});
