import type { FastifyInstance } from 'fastify';

/** Every route that a board has, so that one which is added cannot be forgotten by a test that goes through all of them. */

export interface Route {
  method: string;
  path: string;
}

/** As fastify prints them: a tree, four characters a level, each line with what its path goes on with. */
export function routesOf(app: FastifyInstance): Route[] {
  const above: string[] = [];
  const lines = app.printRoutes({ commonPrefix: false }).split('\n');
  return lines.flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^([│├└─ ]*)(\S+)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (part === '') return [];
    const level = indent.length / 4;
    above.length = level - 1;
    const path = above.join('') + part;
    above.push(part);
    return methods.split(', ').flatMap((method) => (method === '' ? [] : [{ method, path }]));
  });
}

export const isChange = ({ method }: Route) => !['GET', 'HEAD', 'OPTIONS'].includes(method);

/** @throws for a parameter that has no value here: give it one */
export function filled(path: string, values: Record<string, string>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${path}: what is ${name}?`);
    return encodeURIComponent(value);
  });
}
