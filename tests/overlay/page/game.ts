/** A still of an imaginary platform game, busy and bright on purpose: what a dialog has to stand out from. */
export function paintGame(pen: CanvasRenderingContext2D, width: number, height: number): void {
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
}
