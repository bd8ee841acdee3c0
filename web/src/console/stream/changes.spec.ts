import { describe, expect, it } from 'vitest';
import { changesOf } from './changes';

const KNOWN = { title: 'Studio 2', labels: { room: '2' } };
const SAME = { title: 'Studio 2', labels: 'room: 2', slateText: '', sources: [''] };

describe('an edited stream', () => {
  it('of which nothing was changed asks for nothing', () => {
    expect(changesOf(KNOWN, SAME)).toEqual({});
  });

  it('asks for what differs, and for nothing else', () => {
    expect(changesOf(KNOWN, { ...SAME, title: 'Studio 3', slateText: 'Back soon' })).toEqual({
      title: 'Studio 3',
      slate_text: 'Back soon',
    });
  });

  it('takes a title and labels away when their fields are emptied', () => {
    expect(changesOf(KNOWN, { ...SAME, title: ' ', labels: '' })).toEqual({ title: null, labels: null });
  });

  it('replaces all sources when one was written', () => {
    expect(changesOf(KNOWN, { ...SAME, sources: [' test: ', ''] })).toEqual({ source_urls: ['test:'] });
  });
});
