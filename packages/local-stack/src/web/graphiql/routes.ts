/** Serves `/graphiql`: GraphiQL and React out of node_modules, so that it works on a machine with no network. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { sendText, type WebRoute } from '../server.js';
import { staticFileRoute } from '../static-file.js';

/** What the page loads from packages: the path it is served at, the package, the file in it. */
const PACKAGE_FILES = [
  { path: '/graphiql/react.js', packageName: 'react', file: 'umd/react.production.min.js' },
  { path: '/graphiql/react-dom.js', packageName: 'react-dom', file: 'umd/react-dom.production.min.js' },
  { path: '/graphiql/graphiql.js', packageName: 'graphiql', file: 'graphiql.min.js' },
  { path: '/graphiql/graphiql.css', packageName: 'graphiql', file: 'graphiql.min.css' },
] as const;

/**
 * The routes of GraphiQL. Where one of its packages is missing, the page says which, and everything else works.
 *
 * @param resolve finds a module as `require.resolve` does. @default - from this file
 */
export function createGraphiqlRoutes(
  resolve: (id: string) => string = createRequire(import.meta.url).resolve,
): WebRoute[] {
  const files = PACKAGE_FILES.map(({ path, packageName, file }) => {
    return { path, packageName, url: packageFile(packageName, file, resolve) };
  });
  const missing = files.find(({ url }) => url === undefined);
  if (missing) return [notInstalledRoute(missing.packageName)];

  return [
    staticFileRoute('/graphiql', new URL('page.html', import.meta.url)),
    staticFileRoute('/graphiql/page.js', new URL('page.js', import.meta.url)),
    staticFileRoute('/graphiql/page.css', new URL('page.css', import.meta.url)),
    ...files.flatMap(({ path, url }) => (url ? [staticFileRoute(path, url)] : [])),
  ];
}

function packageFile(packageName: string, file: string, resolve: (id: string) => string): URL | undefined {
  try {
    // package.json is exported by all of them, the UMD file by none.
    const url = new URL(file, pathToFileURL(resolve(`${packageName}/package.json`)));
    return existsSync(url) ? url : undefined;
  } catch {
    return undefined;
  }
}

function notInstalledRoute(packageName: string): WebRoute {
  return {
    path: '/graphiql',
    handle: (_, response) =>
      sendText(response, 503, `GraphiQL is not here, because the package ${packageName} is not installed: run npm ci.`),
  };
}
