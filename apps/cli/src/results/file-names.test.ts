import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileNames } from './file-names.ts';

const named = (...names: string[]) => fileNames(names.map((name) => ({ name, type: undefined })));

describe('the name of a file', () => {
  test.each([
    ['records.geojson', 'records.geojson'],
    ['openEO_2026-03-02Z.tif', 'openEO_2026-03-02Z.tif'],
    ['Carte de Sète.tif', 'Carte de Sète.tif'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['..', '_'],
    ['.', '_'],
    ['', '_'],
    ['   ', '_'],
    ['/etc/passwd', '_etc_passwd'],
    ['C:\\Windows\\x.dll', 'C_Windows_x.dll'],
    ['CON', 'CON_'],
    ['nul.txt', 'nul_.txt'],
    ['.hidden', '_hidden'],
    ['-rf', '_rf'],
    ['a.tif ', 'a.tif'],
    ['a.tif.', 'a.tif'],
    ['a\u0000b\nc', 'a_b c'],
    ['exe\u202Efig.tif', 'exe_fig.tif'],
    ['x.part', 'x.part_'],
    ['x.part.json', 'x.part.json_'],
    ['\ud800x', '_x'],
  ])('%j is %j', (name, expected) => {
    expect(named(name)).toEqual([expected]);
  });

  test('what has no ending gets that of its media type', () => {
    expect(fileNames([{ name: 'image', type: 'image/tiff; application=geotiff' }])).toEqual(['image.tif']);
    expect(fileNames([{ name: 'image.jp2', type: 'image/tiff' }])).toEqual(['image.jp2']);
    expect(fileNames([{ name: 'image', type: 'constructor' }])).toEqual(['image']);
  });

  test('no two are alike, on a disk that ignores case too, whatever the order they come in', () => {
    const names = ['a.tif', 'A.TIF', 'a-2.tif', 'b', 'B', 'Straße', 'STRASSE', 'e\u0301', '\u00e9'];
    const files = named(...names);
    expect(new Set(files.map((name) => name.normalize('NFC').toLowerCase().replace('ß', 'ss'))).size).toBe(
      names.length,
    );
    const reversed = named(...names.toReversed());
    expect(reversed.toReversed()).toEqual(files);
  });

  test('whatever a platform says, it is one short name in the folder', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 5 }), (names) => {
        const files = named(...names);
        expect(new Set(files).size).toBe(names.length);
        for (const file of files) {
          expect(file).not.toMatch(/[/\\<>:"|?*\p{Cc}\p{Cs}]|^[.-]|[. ]$|\.part(\.json)?$/u);
          expect(Buffer.byteLength(file)).toBeGreaterThan(0);
          expect(Buffer.byteLength(`${file}.part.json`)).toBeLessThan(250);
        }
      }),
    );
  });
});
