/** Whether a studio's logo can be drawn. */

/**
 * False for a broken picture, which throws when it is drawn, and for one of another origin that allows no reading: it would
 * make the whole canvas unreadable, and no game could show it any more.
 */
export function isDrawable(page: Document, logo: CanvasImageSource): boolean {
  const probe = page.createElement('canvas');
  probe.width = probe.height = 1;
  const pen = probe.getContext('2d', { willReadFrequently: true });
  try {
    pen?.drawImage(logo, 0, 0, 1, 1);
    pen?.getImageData(0, 0, 1, 1);
    return pen !== null;
  } catch {
    return false;
  }
}
