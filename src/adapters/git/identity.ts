/** Who commits. The person, as git knows them; Switchyard itself where git knows nobody. */
import type { Author } from '../../core/ports.js';
import { configValue, readConfig } from './config.js';
import type { Repository } from './context.js';
import type { Place } from './place.js';

export const SWITCHYARD: Author = { name: 'Switchyard', email: 'switchyard@localhost' };

/**
 * Variables to add for a commit. Nothing where git has a name and an address for the role: guessing one from the
 * machine's name, as git would, is as good as none.
 */
export async function identity(repository: Repository, place: Place, author?: Author): Promise<Record<string, string>> {
  const entries = await readConfig(repository, place);
  const known = (role: 'author' | 'committer', part: 'name' | 'email'): boolean =>
    (repository.env[`GIT_${role.toUpperCase()}_${part.toUpperCase()}`] ?? '') !== '' ||
    (configValue(entries, `${role}.${part}`) ?? configValue(entries, `user.${part}`) ?? '') !== '' ||
    (part === 'email' && (repository.env['EMAIL'] ?? '') !== '');
  const variables: Record<string, string> = {};
  if (!known('committer', 'name') || !known('committer', 'email')) {
    variables['GIT_COMMITTER_NAME'] = SWITCHYARD.name;
    variables['GIT_COMMITTER_EMAIL'] = SWITCHYARD.email;
  }
  if (author !== undefined) {
    variables['GIT_AUTHOR_NAME'] = clean(author.name) || SWITCHYARD.name;
    variables['GIT_AUTHOR_EMAIL'] = clean(author.email) || SWITCHYARD.email;
  } else if (!known('author', 'name') || !known('author', 'email')) {
    variables['GIT_AUTHOR_NAME'] = SWITCHYARD.name;
    variables['GIT_AUTHOR_EMAIL'] = SWITCHYARD.email;
  }
  return variables;
}

/** git drops these from names too; here so that a model's name can never end the field early. */
function clean(text: string): string {
  return text.replace(/[<>\u0000-\u001f\u007f]/gu, '').trim();
}
