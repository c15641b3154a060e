/** Finds the route for a request: `{ method, path: '/notes/:id', handle }`. Parameters are decoded. */
export function findRoute(routes, method, pathname) {
  let pathKnown = false;
  for (const route of routes) {
    const params = match(route.path, pathname);
    if (params === undefined) continue;
    if (route.method === method) return { route, params };
    pathKnown = true;
  }
  return { status: pathKnown ? 405 : 404 };
}

function match(pattern, pathname) {
  const wanted = pattern.split('/');
  const given = pathname.split('/');
  if (wanted.length !== given.length) return undefined;
  const params = {};
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(given[index]);
    else if (part !== given[index]) return undefined;
  }
  return params;
}
