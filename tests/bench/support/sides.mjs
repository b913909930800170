/**
 * Opens one page for each side, does something with them, and closes them.
 *
 * @template T
 * @param {import("./chromium.mjs").Browser} browser
 * @param {Record<string, string>} urls by the side's name
 * @param {(pages: Record<string, import("./page.mjs").Page>) => Promise<T>} action
 */
export async function withSides(browser, urls, action) {
  const pages = {};
  try {
    for (const [side, url] of Object.entries(urls)) pages[side] = await browser.open(url);
    return await action(pages);
  } finally {
    for (const page of Object.values(pages)) await page.close();
  }
}

/** The address of a page: `page/<name>.js` with parameters. */
export function pageUrl(origin, page, parameters) {
  return `${origin}/?${new URLSearchParams({ page, ...parameters })}`;
}

/** Makes the same of every side. */
export function ofEach(sides, make) {
  return Object.fromEntries(
    Object.entries(sides).map(([side, value]) => [side, make(value, side)]),
  );
}
