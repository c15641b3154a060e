import { describe, expect, it, vi } from 'vitest';
import { coalesce, Disposables } from '../../src/ui/disposables.js';

describe('ownership', () => {
  it('lets go in reverse order, and of late-comers at once', () => {
    const gone: string[] = [];
    const own = new Disposables();
    for (const name of ['a', 'b']) own.add({ dispose: () => gone.push(name) });
    own.dispose();
    own.add({ dispose: () => gone.push('late') });
    own.dispose();
    expect(gone).toEqual(['b', 'a', 'late']);
  });

  it('lets go of all although one fails, and says so', () => {
    const gone: string[] = [];
    const own = new Disposables();
    own.add({ dispose: () => gone.push('a') });
    own.add({
      dispose: () => {
        throw new Error('stuck');
      },
    });
    expect(() => own.dispose()).toThrow('Something could not be let go');
    expect(gone).toEqual(['a']);
  });

  it('can be emptied and used on', () => {
    const gone: string[] = [];
    const own = new Disposables();
    const one = own.add({ dispose: () => gone.push('one') });
    own.drop(one);
    own.clear();
    own.add({ dispose: () => gone.push('two') });
    own.clear();
    expect(gone).toEqual(['one', 'two']);
    expect(own.disposed).toBe(false);
  });
});

describe('coalescing', () => {
  it('acts once for a burst, again for the next, and never after its end', () => {
    vi.useFakeTimers();
    try {
      const act = vi.fn();
      const soon = coalesce(50, act);
      soon();
      soon();
      vi.advanceTimersByTime(50);
      expect(act).toHaveBeenCalledTimes(1);
      soon();
      vi.advanceTimersByTime(50);
      expect(act).toHaveBeenCalledTimes(2);
      soon();
      soon.dispose();
      soon();
      vi.advanceTimersByTime(500);
      expect(act).toHaveBeenCalledTimes(2);
    } finally {
      vi.useRealTimers();
    }
  });
});
