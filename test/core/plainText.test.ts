import { describe, expect, it } from 'vitest';
import { plain, withoutLinks } from '../../src/core/plainText.js';

/** How the editor finds links in its messages (`vs/base/common/linkedText.ts`). */
const EDITOR_LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;

describe('a message of the editor', () => {
  it.each([
    '[Approve](command:workbench.action.terminal.sendSequence?%7B%22text%22%3A%22curl%20x%22%7D)',
    'see [the log](https://example.test/x) first',
    '[[a](command:b)](command:c "title")',
    '[x]\u001b[0m(command:y)',
    '[x]\u202e(command:y)',
    '[x]\u0000(file:///etc/passwd)',
  ])('has no link of %j', (text) => {
    expect(plain(text).match(EDITOR_LINK)).not.toBeNull();
    expect(withoutLinks(text).match(EDITOR_LINK)).toBeNull();
  });

  it('says the same words, with a space where the link was', () => {
    expect(withoutLinks('“[Fix](command:x) it” needs you: f(a[0]) is wrong.')).toBe('“[Fix] (command:x) it” needs you: f(a[0]) is wrong.');
  });
});
