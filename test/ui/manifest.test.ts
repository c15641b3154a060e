import { access, readFile } from 'node:fs/promises';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { AGENT_IDS } from '../../src/core/ids.js';
import { parseTeamFile, resolveTeam, teamFileSchema } from '../../src/core/teamFile.js';
import { COMMANDS, commandId, CONTEXT_KEYS, GOAL_SCHEME, PANEL_TYPE, SETTINGS, VIEWS, type CommandName } from '../../src/ui/contributions.js';
import { defaultTeamFile } from '../../src/ui/teamFile.js';
import { AGENTS } from './runs.js';

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}
interface Manifest {
  readonly activationEvents: readonly string[];
  readonly icon: string;
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly keybindings: readonly MenuItem[];
    readonly views: { readonly switchyard: readonly { readonly id: string; readonly icon: string; readonly when?: string }[] };
    readonly viewsWelcome: readonly { readonly view: string; readonly when: string; readonly contents: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown; readonly scope: string; readonly enum?: readonly string[] }>> };
    readonly walkthroughs: readonly { readonly steps: readonly { readonly description: string; readonly media: { readonly markdown: string } }[] }[];
    readonly jsonValidation: readonly { readonly url: string }[];
  };
}

const root = new URL('../../', import.meta.url);
const read = async (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');
const manifest = JSON.parse(await read('package.json')) as Manifest;
const { contributes } = manifest;
const declared = contributes.commands.map((one) => one.command);

describe('the manifest', () => {
  it('declares exactly the commands of the table', () => {
    expect([...declared].sort()).toEqual((Object.keys(COMMANDS) as CommandName[]).map(commandId).sort());
  });

  it('puts every command under one category, in title case', () => {
    const small = new Set(['a', 'and', 'for', 'from', 'into', 'of', 'the', 'to', 'with']);
    for (const { title, category } of contributes.commands) {
      expect(category).toBe('Switchyard');
      for (const word of title.replace('…', '').split(/[\s-]/).slice(1)) if (!small.has(word) && word !== '&' && word !== 'plan') expect(word, title).toMatch(/^[A-Z]/);
    }
  });

  it('declares exactly the settings of the table, with the same defaults', () => {
    const properties = Object.fromEntries(Object.entries(contributes.configuration.properties).map(([id, one]) => [id.replace('switchyard.', ''), one.default]));
    expect(properties).toEqual(SETTINGS);
  });

  it('lets no workspace that is not trusted choose what is executed', () => {
    const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    expect(supported).toBe('limited');
    for (const id of Object.keys(contributes.configuration.properties)) {
      if (/executables|worktrees/.test(id)) expect(restrictedConfigurations).toContain(id);
    }
  });

  it('declares the views of the table', () => {
    expect(contributes.views.switchyard.map((view) => view.id)).toEqual(Object.values(VIEWS));
  });

  it('uses in menus, keys, welcome texts and walkthroughs only commands of ours that exist', () => {
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map((item) => item.command);
    const texts = [...contributes.viewsWelcome.map((one) => one.contents), ...contributes.walkthroughs.flatMap((one) => one.steps.map((step) => step.description))];
    const linked = texts.flatMap((text) => [...text.matchAll(/command:(switchyard\.\w+)(?!\.focus)\b/g)].map((match) => match[1] ?? '')).filter((id) => !(Object.values(VIEWS) as string[]).includes(id));
    for (const id of [...used, ...linked]) expect(declared).toContain(id);
  });

  it('uses in conditions only context keys of the table', () => {
    const known = Object.keys(CONTEXT_KEYS).map((name) => `switchyard.${name}`);
    const views: readonly string[] = Object.values(VIEWS);
    const conditions = [...Object.values(contributes.menus).flat(), ...contributes.keybindings, ...contributes.viewsWelcome, ...contributes.views.switchyard].map((item) => item.when ?? '');
    for (const when of conditions) {
      for (const [key] of when.matchAll(/switchyard\.\w+/g)) expect([...known, ...views, 'switchyard.review'], when).toContain(key);
    }
  });

  it('hides from the palette what only makes sense on a row or a comment', () => {
    const hidden = contributes.menus['commandPalette']?.filter((item) => item.when === 'false').map((item) => item.command);
    expect(hidden).toEqual(['switchyard.copyAgentSetup', 'switchyard.addComment', 'switchyard.deleteComment']);
  });

  it('is woken for what the editor may bring back by itself', () => {
    expect(manifest.activationEvents).toEqual(expect.arrayContaining([`onWebviewPanel:${PANEL_TYPE}`, `onFileSystem:${GOAL_SCHEME}`]));
  });

  it('has a welcome text for every reason why there is nothing to show', () => {
    const reasons = ['no-folder', 'no-repository', 'unreadable', 'bare', 'no-commit', 'untrusted', 'git-missing', 'git-too-old', 'no-agent', 'no-plan'];
    for (const reason of reasons) expect(contributes.viewsWelcome.some((one) => one.view === VIEWS.tasks && one.when.includes(`switchyard.state == ${reason}`)), reason).toBe(true);
  });

  it('names only files that are there', async () => {
    const files = [manifest.icon, ...contributes.views.switchyard.map((view) => view.icon), ...contributes.jsonValidation.map((one) => one.url), ...contributes.walkthroughs.flatMap((one) => one.steps.map((step) => step.media.markdown)), 'media/dashboard-light.svg', 'media/dashboard-dark.svg'];
    for (const file of files) await expect(access(new URL(file, root)), file).resolves.toBeUndefined();
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly definitions?: Readonly<Record<string, Schema>>;
}
const schema = JSON.parse(await read('media/team.schema.json')) as Schema;
const keys = (one: Schema | undefined): string[] => Object.keys(one?.properties ?? {}).sort();

describe('the schema of the team file', () => {
  it('has exactly the keys that the engine reads', () => {
    const { entries } = teamFileSchema;
    expect(keys(schema)).toEqual(Object.keys(entries).sort());
    expect(keys(schema.properties?.['limits'])).toEqual(Object.keys(entries.limits.wrapped.entries).sort());
    expect(keys(schema.properties?.['tiers'])).toEqual(Object.keys(entries.tiers.wrapped.entries).sort());
    expect(schema.definitions?.['member']?.properties?.['agent']?.enum).toEqual(AGENT_IDS);
  });

  it('refuses unknown keys and describes every key', () => {
    for (const one of [schema, schema.properties?.['limits'], schema.properties?.['tiers'], schema.properties?.['environment'], schema.definitions?.['member']]) {
      expect(one?.additionalProperties).toBe(false);
      for (const [key, property] of Object.entries(one?.properties ?? {})) expect(property.description, key).toMatch(/\.$/);
    }
  });
});

describe('the default team file', () => {
  it('is read back as the very team it was made from', () => {
    const team = resolveTeam(undefined, AGENTS);
    const text = defaultTeamFile(team, AGENTS);
    const parsed = parseTeamFile(parse(text));
    expect('file' in parsed ? resolveTeam(parsed.file, []) : parsed.problems).toEqual(team);
    expect(text).toContain('Found on this machine: claude 2.1.329, scripted.');
  });
});
