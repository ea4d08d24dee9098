/** A large canvas in the page on which pictures of the stage are put side by side. */
export interface ContactSheet {
  /** Starts anew. Pixels. */
  begin(width: number, height: number): void;
  /** Puts the stage's picture, as it is now, at a place. */
  place(x: number, y: number): void;
  write(text: string, x: number, y: number): void;
  /** Base64. */
  png(): Promise<string>;
}

/** Arguments of one call. */
const BYTES_AT_ONCE = 32_768;

export function createContactSheet(current: () => HTMLCanvasElement): ContactSheet {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  return {
    begin(width, height) {
      canvas.width = width;
      canvas.height = height;
      pen.fillStyle = '#2a2c33';
      pen.fillRect(0, 0, width, height);
    },
    place: (x, y) => pen.drawImage(current(), x, y),
    write(text, x, y) {
      pen.fillStyle = '#ffffff';
      pen.font = '600 17px "Coinslot Inter"';
      pen.fillText(text, x, y);
    },
    async png() {
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
      if (blob === null) throw new Error('sheet: too large to be written');
      const bytes = new Uint8Array(await blob.arrayBuffer());
      let binary = '';
      for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE)
        binary += String.fromCharCode(...bytes.subarray(at, at + BYTES_AT_ONCE));
      return btoa(binary);
    },
  };
}
