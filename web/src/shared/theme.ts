/** Dark or light: as the system says, until somebody says otherwise on this device. */
import { el, icon } from './dom';

type Theme = 'dark' | 'light';

const KEY = 'lockstep-theme';
const root = document.documentElement;
const systemIsLight = matchMedia('(prefers-color-scheme: light)');

/** Dispatched on the window when the colours are others than before: what is drawn by hand is drawn anew. */
export const THEME_CHANGED = 'lockstep-theme-changed';

export const currentTheme = (): Theme => chosenTheme() ?? (systemIsLight.matches ? 'light' : 'dark');

/** A button for the other theme. */
export function themeSwitch(): HTMLButtonElement {
  const button = el(
    'button',
    { type: 'button', class: 'quiet-button theme-switch' },
    icon('M12 3.5a8.5 8.5 0 1 0 8.5 8.5A6.6 6.6 0 0 1 12 3.5z'),
  );
  const show = (): void => {
    const other = currentTheme() === 'dark' ? 'light' : 'dark';
    button.setAttribute('aria-label', `Switch to ${other} colours`);
    button.title = `Switch to ${other} colours`;
  };
  button.addEventListener('click', () => choose(currentTheme() === 'dark' ? 'light' : 'dark'));
  addEventListener(THEME_CHANGED, show);
  show();
  return button;
}

function choose(theme: Theme): void {
  root.dataset['theme'] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing for us: the choice lasts as long as the page.
  }
  dispatchEvent(new Event(THEME_CHANGED));
}

function chosenTheme(): Theme | undefined {
  const { theme } = root.dataset;
  return theme === 'dark' || theme === 'light' ? theme : undefined;
}

function rememberedTheme(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

const remembered = rememberedTheme();
if (remembered === 'dark' || remembered === 'light') root.dataset['theme'] = remembered;
systemIsLight.addEventListener('change', () => dispatchEvent(new Event(THEME_CHANGED)));
