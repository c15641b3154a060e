import { expect, test } from 'vitest';
import { findDevCommands } from '../../src/core/devCommands.js';

const found = (files: Readonly<Record<string, string>>) => findDevCommands(new Map(Object.entries(files))).map(({ argv, about }) => [argv.join(' '), about]);

test.each<[string, Record<string, string>, string[][]]>([
  ['scripts, the one for development first, by the package manager in use', { 'package.json': '{"scripts":{"start":"node .","test":"vitest","dev":"vite"}}', 'pnpm-lock.yaml': '' }, [['pnpm dev', 'vite'], ['pnpm start', 'node .']]],
  ['npm without a lock file', { 'package.json': '{"scripts":{"start":"node server.mjs"}}' }, [['npm run start', 'node server.mjs']]],
  ['targets of a Makefile, not its variables', { Makefile: 'run: build\n\t./app\nstart := x\nserve::\n\t./serve\n' }, [['make run', 'Makefile'], ['make serve', 'Makefile']]],
  ['a justfile with a quiet recipe and parameters', { justfile: '@dev port="3000":\n  x\nrun := "y"\n' }, [['just dev', 'justfile']]],
  ['programs of Cargo and Go, but no libraries', { 'Cargo.toml': '', 'src/main.rs': '', 'go.mod': '' }, [['cargo run', 'src/main.rs']]],
  ['Go', { 'go.mod': '', 'main.go': '' }, [['go run .', 'main.go']]],
  ['Django, Phoenix and Deno', { 'manage.py': '', 'mix.exs': '{:phoenix, "~> 1.7"}', 'deno.json': '{"tasks":{"dev":"deno run main.ts"}}' }, [['deno task dev', 'deno run main.ts'], ['python manage.py runserver', 'manage.py'], ['mix phx.server', 'mix.exs']]],
  ['nothing in nothing', {}, []],
  ['nothing in files that are no such thing', { 'package.json': '{"scripts":["dev"],"x":', 'deno.json': 'null', 'mix.exs': '' }, []],
  ['nothing in scripts that are no text', { 'package.json': '{"scripts":{"dev":7,"start":" "}}' }, []],
])('%s', (_what, files, expected) => expect(found(files)).toEqual(expected));
