import { createHash } from 'node:crypto';
import filenamify from 'filenamify';

/** Names of files for what platforms offer. Their names are data: they may climb, be reserved, or differ by case only. */

const mostUnits = 120;
/** Most disks take 255 bytes; what we add to a name while it is half there must fit as well. */
const mostBytes = 200;

/** What has no ending gets that of its media type. */
const endings = new Map<string, string>([
  ['application/geo+json', '.geojson'],
  ['application/gml+xml', '.gml'],
  ['application/json', '.json'],
  ['application/netcdf', '.nc'],
  ['application/pdf', '.pdf'],
  ['application/vnd.google-earth.kml+xml', '.kml'],
  ['application/x-hdf5', '.h5'],
  ['application/x-netcdf', '.nc'],
  ['application/xml', '.xml'],
  ['application/zip', '.zip'],
  ['image/jp2', '.jp2'],
  ['image/jpeg', '.jpg'],
  ['image/png', '.png'],
  ['image/tiff', '.tif'],
  ['text/csv', '.csv'],
  ['text/html', '.html'],
  ['text/plain', '.txt'],
]);

/** Beside a file while it is fetched: the bytes so far, and what they are of. */
export const partOf = (path: string) => `${path}.part`;
export const noteOf = (path: string) => `${path}.part.json`;

/**
 * A safe name for each, in their order. The same for the same links, whatever their order, so that a second run finds
 * what the first has fetched; no two alike, on disks that ignore case too.
 */
export function fileNames(links: readonly { name: string; type: string | undefined }[]): string[] {
  const taken = new Set<string>();
  const names = new Map<number, string>();
  const inOrder = [...links.entries()].sort(([, a], [, b]) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const [index, link] of inOrder) {
    const wanted = safeName(link.name, link.type);
    let name = wanted;
    for (let n = 2; taken.has(folded(name)); n++) name = withSuffix(wanted, `-${n}`);
    taken.add(folded(name));
    names.set(index, name);
  }
  return links.map((_, index) => names.get(index) as string);
}

/** As a disk that ignores case compares names. */
const folded = (name: string) => name.normalize('NFKC').toUpperCase().toLowerCase();

function safeName(name: string, type: string | undefined): string {
  const plain = filenamify(name.replace(/\p{Cs}/gu, '_'), { replacement: '_', maxLength: mostUnits });
  // A leading dot hides it, a leading dash makes it an option, and ours are ours.
  const visible = plain.replace(/^[.\-~\s]+/, '_').replace(/\.part(\.json)?$/i, '$&_');
  const ended = /\.[A-Za-z0-9]{1,8}$/.test(visible) ? visible : `${visible}${endings.get(mediaType(type)) ?? ''}`;
  if (Buffer.byteLength(ended) <= mostBytes) return ended;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${[...ended].slice(0, 30).join('')}-${hash}${/\.[A-Za-z0-9]{1,8}$/.exec(ended)?.[0] ?? ''}`;
}

const mediaType = (type: string | undefined) => (type ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** Before the ending, if there is one. */
const withSuffix = (name: string, suffix: string) => name.replace(/(\.[A-Za-z0-9]{1,8})?$/, `${suffix}$1`);
