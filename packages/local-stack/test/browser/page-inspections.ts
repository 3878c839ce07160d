/**
 * Owns what is measured inside a page. The scripts are text, since they run in the browser and the project is compiled
 * without the types of one.
 */
import type { Page } from 'playwright-core';

/** How wide the content is, and whether the page is light or dark. */
export function readLayout(page: Page): Promise<{ scrollWidth: number; isLight: boolean }> {
  return page.evaluate(`({
    scrollWidth: document.documentElement.scrollWidth,
    isLight: getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0] > 127,
  })`);
}

/**
 * The texts that are too faint: less than the contrast of 4.5 that WCAG 2.2 asks for (1.4.3, AA).
 * It looks at opaque colours only, which is what these pages use.
 */
export function weakContrasts(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const channels = (color) => color.match(/[\\d.]+/g).map(Number);
    const luminance = (color) => {
      const [red, green, blue] = channels(color).map((channel) => channel / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const isOpaque = (color) => (channels(color)[3] ?? 1) === 1;
    const backgroundOf = (element) => {
      const { backgroundColor } = getComputedStyle(element);
      return isOpaque(backgroundColor) ? backgroundColor : backgroundOf(element.parentElement);
    };
    const hasOwnText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const texts = [...document.body.querySelectorAll('*')]
      .filter((element) => hasOwnText(element) && element.checkVisibility() && element.tagName !== 'NOSCRIPT');
    if (texts.length < 20) throw new Error('Expected a page full of text, found ' + texts.length);
    return texts.flatMap((element) => {
      const levels = [luminance(getComputedStyle(element).color), luminance(backgroundOf(element))].sort((a, b) => b - a);
      const contrast = (levels[0] + 0.05) / (levels[1] + 0.05);
      return contrast < 4.5 ? [contrast.toFixed(2) + ': ' + element.textContent.trim()] : [];
    });
  })()`);
}
