import { createApi } from './server.mjs';
import { createStore } from './store.mjs';

const port = Number(process.env.PORT ?? 3000);
createApi(createStore()).listen(port, '127.0.0.1', () => console.log(`notes on http://127.0.0.1:${port}`));
