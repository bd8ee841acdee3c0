import { statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchors, exists, linkTargets, pages, pageText, REPOSITORY } from './markdown.js';

/**
 * Where pages may send a reader: specifications, and the homes of the programs they are about. Named in docs/index.md.
 * Nothing is fetched.
 */
const HOSTS: ReadonlySet<string> = new Set([
  ...['datatracker.ietf.org', 'www.rfc-editor.org', 'html.spec.whatwg.org', 'developer.apple.com', 'dashif.org'],
  ...['www.w3.org', 'www.iso.org', 'spec.openapis.org'],
  ...['ffmpeg.org', 'nginx.org', 'obsproject.com', 'gstreamer.freedesktop.org', 'nodejs.org', 'www.sqlite.org'],
  ...['docs.aws.amazon.com', 'prometheus.io', 'grafana.com', 'www.standardwebhooks.com', 'kubernetes.io'],
  ...['docs.docker.com', 'www.freedesktop.org', 'owasp.org', 'github.com', 'www.npmjs.com'],
]);

/** Names that are there to be replaced by the reader's own. */
const EXAMPLES = /^(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|([\w-]+\.)*example\.(com|org|net))(:|$)/;

interface Link {
  readonly page: string;
  readonly target: string;
}

const all: Link[] = pages().flatMap((page) => linkTargets(pageText(page)).map((target) => ({ page, target })));
const isExternal = ({ target }: Link): boolean => /^[a-z][a-z0-9+.-]*:/i.test(target);
const words = ({ page, target }: Link): string => `${page} → ${target}`;

/** The file a link leads to, from the root of the repository, and the anchor in it. */
function destination({ page, target }: Link): { file: string; anchor: string | undefined } {
  const [path, anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path!)));
  return { file: file.replace(/\/$/, ''), anchor };
}

describe('the links of the pages', () => {
  const inside = all.filter((link) => !isExternal(link));

  it('are read at all', () => {
    expect(pages()).toContain('README.md');
    expect(inside.length).toBeGreaterThan(50);
  });

  it('lead to files, folders and pictures that are there', () => {
    const broken = inside.filter((link) => !exists(destination(link).file));
    expect(broken.map(words)).toEqual([]);
  });

  it('lead to headings that are there', () => {
    const broken = inside.filter((link) => {
      const { file, anchor } = destination(link);
      return anchor !== undefined && file.endsWith('.md') && exists(file) && !anchors(pageText(file)).has(anchor);
    });
    expect(broken.map(words)).toEqual([]);
  });

  it('lead out only to the homes of specifications and programs', () => {
    const strange = all.filter(isExternal).filter(({ target }) => {
      if (!URL.canParse(target)) return true;
      const { host, protocol } = new URL(target);
      return protocol !== 'mailto:' && !HOSTS.has(host) && !EXAMPLES.test(host);
    });
    expect(strange.map(words)).toEqual([]);
  });

  it('name every host they lead to on the page that lists them', () => {
    const index = pageText('docs/index.md');
    expect([...HOSTS].filter((host) => !index.includes(host))).toEqual([]);
  });
});

describe('the pages', () => {
  it('name no folder of the machine they were written on', () => {
    const machine = /(?<![\w./~$}])\/(?:work|home|root|Users)\/[\w.-]+/g;
    const found = pages().flatMap((page) => [...pageText(page).matchAll(machine)].map(([path]) => `${page}: ${path}`));
    expect(found).toEqual([]);
  });

  it('of docs/ are all found by who begins at the README or at docs/index.md', () => {
    const seen = new Set<string>(['README.md', 'docs/index.md']);
    for (const page of seen) {
      for (const link of all.filter((candidate) => candidate.page === page && !isExternal(candidate))) {
        const { file } = destination(link);
        if (file.endsWith('.md') && exists(file)) seen.add(file);
        // A folder is shown with the pages in it.
        else if (exists(file) && statSync(join(REPOSITORY, file)).isDirectory())
          for (const listed of pages().filter((other) => dirname(other) === file)) seen.add(listed);
      }
    }
    expect(pages().filter((page) => page.startsWith('docs/') && !seen.has(page))).toEqual([]);
  });
});

describe('the reader of Markdown', () => {
  it('makes anchors as GitHub does', () => {
    const text = '# Über `a.b`: 10 %\n## Same\n## Same\n```sh\n# no heading\n```\n### [Words](x.md) and *more*\n';
    expect([...anchors(text)]).toEqual(['über-ab-10-', 'same', 'same-1', 'words-and-more']);
  });

  it('finds links and pictures, but not in code', () => {
    const text =
      'See [a](a.md#x), ![b](b.png "title"), `[no](c.md)` and <https://example.com/>.\n```\n[no](d.md)\n```\n';
    expect(linkTargets(text)).toEqual(['a.md#x', 'b.png', 'https://example.com/']);
  });
});
