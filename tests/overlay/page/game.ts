/** A still of an imaginary platform game, busy and bright on purpose: what a dialog has to stand out from. */
export function paintGame(pen: CanvasRenderingContext2D, width: number, height: number, frame = 0): void {
  const sky = pen.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, '#4a7bd8');
  sky.addColorStop(0.6, '#f2a7c3');
  sky.addColorStop(1, '#ffe9b0');
  pen.fillStyle = sky;
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = '#fff6d8';
  pen.beginPath();
  pen.arc(width * 0.78, height * 0.24, height * 0.11, 0, Math.PI * 2);
  pen.fill();
  for (const [colour, base, wave] of [
    ['#8a6fc0', 0.62, 3],
    ['#5b4a9c', 0.74, 5],
    ['#34306e', 0.86, 4],
  ] as const) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(0, height);
    for (let x = 0; x <= width; x += 8)
      pen.lineTo(x, height * (base + 0.05 * Math.sin((x / width) * Math.PI * wave + base * 9)));
    pen.lineTo(width, height);
    pen.fill();
  }
  pen.fillStyle = '#ffcf5a';
  for (let at = 0; at < 9; at += 1) {
    pen.beginPath();
    pen.arc(width * (0.08 + at * 0.105), height * (0.5 - 0.06 * Math.sin(at)), height * 0.022, 0, Math.PI * 2);
    pen.fill();
  }
  pen.fillStyle = '#57c785';
  for (const [x, y, w] of [
    [0.05, 0.7, 0.22],
    [0.4, 0.78, 0.2],
    [0.7, 0.66, 0.26],
  ] as const)
    pen.fillRect(width * x, height * y, width * w, height * 0.05);
  if (frame === 0) return;
  // Another moment of the game: another light over all, and flashes anywhere, up to white.
  pen.fillStyle = `hsla(${(frame * 67) % 360},90%,${10 + ((frame * 29) % 90)}%,0.6)`;
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = frame % 2 === 0 ? '#ffffff' : '#000000';
  for (let at = 0; at < 6; at += 1)
    pen.fillRect(
      width * ((at * 0.37 + frame * 0.11) % 1),
      height * ((at * 0.23 + frame * 0.07) % 1),
      width * 0.2,
      height * 0.2,
    );
}
