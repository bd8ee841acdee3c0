/** Who may import whom: the folder tree is the architecture. docs/architecture.md tells the same in words. */

const engine = (folder, allowed, extra = []) => ({
  name: `engine-${folder}`,
  severity: 'error',
  comment: `engine/${folder} may import only ${allowed.join(', ') || 'nothing'} of the house`,
  from: { path: `^src/engine/${folder}/`, pathNot: '[.]spec[.]ts$|/testing[.]ts$' },
  to: {
    path: '^src/',
    pathNot: [
      `^src/engine/${folder}/`,
      '^src/engine/problem[.]ts$',
      ...allowed.map((name) => `^src/engine/${name}/`),
      ...extra,
    ],
  },
});

const pure = (name, path) => ({
  name: `pure-${name}`,
  severity: 'error',
  comment: 'PURE files take time, randomness and bytes as arguments',
  from: { path, pathNot: '[.]spec[.]ts$' },
  to: { dependencyTypes: ['core'] },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    engine('timeline', []),
    engine('isobmff', []),
    engine('ladder', []),
    engine('net', []),
    engine('hls', ['timeline', 'ladder']),
    engine('dash', ['timeline', 'ladder']),
    engine('playout', ['timeline', 'ladder']),
    engine('ffmpeg', ['timeline', 'ladder']),
    engine('capacity', ['ffmpeg', 'timeline', 'ladder']),
    engine('storage', ['timeline']),
    engine('mpegts', ['isobmff']),
    // The judge reads playlists with eyes of its own: it shares nothing with the printers it judges.
    engine('judge', ['isobmff']),
    engine('packager', ['isobmff', 'mpegts', 'timeline', 'storage']),
    engine(
      'pipeline',
      ['capacity', 'ffmpeg', 'net', 'playout', 'packager', 'storage', 'ladder', 'timeline', 'isobmff'],
      ['^src/engine/clock[.]ts$'],
    ),
    ...['timeline', 'isobmff', 'ladder', 'net', 'hls', 'dash', 'playout', 'mpegts'].map((name) =>
      pure(name, `^src/engine/${name}/`),
    ),
    pure('ffmpeg-args', '^src/engine/ffmpeg/args/'),
    {
      name: 'engine-without-nest',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '(^src/(platform|origin|streams)/)|node_modules/(@nestjs|fastify)' },
    },
    {
      name: 'platform-knows-no-capability',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/', pathNot: '^src/(platform/|engine/(problem|clock)[.]ts$|engine/net/)' },
    },
    {
      name: 'origin',
      severity: 'error',
      from: { path: '^src/origin/' },
      to: { path: '^src/', pathNot: '^src/(origin|engine|platform)/' },
    },
    {
      name: 'capability-never-imports-capability',
      severity: 'error',
      from: { path: '^src/streams/' },
      to: { path: '^src/', pathNot: '^src/(streams|engine|platform|origin)/' },
    },
    {
      name: 'viewers-never-import-a-capability',
      severity: 'error',
      from: { path: '^src/viewers/' },
      to: { path: '^src/', pathNot: '^src/(viewers|engine|platform|origin)/' },
    },
    {
      name: 'enter-a-folder-by-its-index',
      severity: 'error',
      comment: 'from outside, a folder is its index.ts',
      from: { path: '^src/([^/]+)/', pathNot: '[.]spec[.]ts$' },
      to: { path: '^src/(origin|streams|viewers)/(?!index[.]ts)', pathNot: '^src/$1/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
    tsPreCompilationDeps: true,
  },
};
