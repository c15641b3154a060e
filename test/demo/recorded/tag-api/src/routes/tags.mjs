/** Which tags are in use. */
export const routes = [{ method: 'GET', path: '/tags', handle: ({ store }) => ({ status: 200, value: store.tags() }) }];
