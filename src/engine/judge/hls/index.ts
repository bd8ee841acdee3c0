export { ALL_TEXT_RULES, judgeChange, judgePlaylist, judgePresentation } from './judge-playlist.js';
export { NotAStream, watchHls } from './watch-hls.js';
