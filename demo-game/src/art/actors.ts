/** Everything that moves or can be touched, drawn once at boot. */
import type * as Phaser from 'phaser';
import { fillDown, orb, paint, polygon, rounded } from './canvas.ts';
import type { Ctx } from './canvas.ts';
import { fade } from './palette.ts';

type Textures = Phaser.Textures.TextureManager;

/** Looks a lantern can have. */
export type LanternLook = 'paper' | 'boat' | 'cage' | 'sky';

/** Draws all actors. */
export function paintActors(textures: Textures): void {
  paintLight(textures);
  paintFlame(textures);
  for (const look of ['paper', 'boat', 'cage', 'sky'] as const) {
    paint(textures, `lantern-${look}`, 64, 84, (ctx) => LANTERNS[look](ctx, false));
    paint(textures, `lantern-${look}-lit`, 64, 84, (ctx) => LANTERNS[look](ctx, true));
  }
  paintBeacon(textures);
  paintCreatures(textures);
  paintMachines(textures);
  paintSigns(textures);
}

function paintLight(textures: Textures): void {
  paint(
    textures,
    'glow',
    256,
    256,
    (ctx) =>
      orb(ctx, 128, 128, 128, [
        [0, 'rgba(255,255,255,0.85)'],
        [0.18, 'rgba(255,255,255,0.42)'],
        [0.5, 'rgba(255,255,255,0.11)'],
        [1, 'rgba(255,255,255,0)'],
      ]),
    1,
  );
  paint(textures, 'dot', 16, 16, (ctx) =>
    orb(ctx, 8, 8, 8, [
      [0, '#ffffff'],
      [0.45, 'rgba(255,255,255,0.85)'],
      [1, 'rgba(255,255,255,0)'],
    ]),
  );
  paint(textures, 'ring', 96, 96, (ctx) => {
    ctx.strokeStyle = '#ffffff';
    ctx.lineWidth = 3;
    ctx.beginPath();
    ctx.arc(48, 48, 44, 0, Math.PI * 2);
    ctx.stroke();
  });
  paint(textures, 'streak', 40, 4, (ctx) => {
    const gradient = ctx.createLinearGradient(0, 0, 40, 0);
    gradient.addColorStop(0, 'rgba(255,255,255,0)');
    gradient.addColorStop(0.5, 'rgba(255,255,255,0.9)');
    gradient.addColorStop(1, 'rgba(255,255,255,0)');
    ctx.fillStyle = gradient;
    ctx.fillRect(0, 1, 40, 2);
  });
  paint(textures, 'beam', 48, 8, (ctx) => {
    const gradient = ctx.createLinearGradient(0, 0, 48, 0);
    gradient.addColorStop(0, 'rgba(255,255,255,0)');
    gradient.addColorStop(0.5, 'rgba(255,255,255,0.95)');
    gradient.addColorStop(1, 'rgba(255,255,255,0)');
    ctx.fillStyle = gradient;
    ctx.fillRect(0, 0, 48, 8);
  });
  paint(textures, 'white', 8, 8, (ctx) => {
    ctx.fillStyle = '#ffffff';
    ctx.fillRect(0, 0, 8, 8);
  });
  paint(
    textures,
    'darkness',
    960,
    540,
    (ctx) => {
      // The storm's night: clear round the flame (the middle), nearly black at the edges; shown at three times its size.
      const gradient = ctx.createRadialGradient(480, 270, 40, 480, 270, 200);
      gradient.addColorStop(0, 'rgba(3,5,14,0)');
      gradient.addColorStop(0.55, 'rgba(3,5,14,0.36)');
      gradient.addColorStop(1, 'rgba(3,5,14,0.7)');
      ctx.fillStyle = gradient;
      ctx.fillRect(0, 0, 960, 540);
    },
    0.5,
  );
}

function teardrop(ctx: Ctx, x: number, y: number, w: number, h: number, tip: number): void {
  ctx.beginPath();
  ctx.moveTo(x + tip, y - h);
  ctx.bezierCurveTo(x + tip * 0.5 + w * 0.3, y - h * 0.55, x + w, y - h * 0.3, x + w, y + h * 0.12);
  ctx.bezierCurveTo(x + w, y + h * 0.5, x + w * 0.55, y + h * 0.62, x, y + h * 0.62);
  ctx.bezierCurveTo(x - w * 0.55, y + h * 0.62, x - w, y + h * 0.5, x - w, y + h * 0.12);
  ctx.bezierCurveTo(x - w, y - h * 0.3, x + tip * 0.5 - w * 0.3, y - h * 0.55, x + tip, y - h);
  ctx.closePath();
}

function paintFlame(textures: Textures): void {
  [-4, 0, 4].forEach((tip, frame) => {
    paint(textures, `flame-${frame}`, 48, 60, (ctx) => {
      teardrop(ctx, 24, 36, 14.5, 27, tip);
      fillDown(ctx, 8, 54, [
        [0, '#ff5d2e'],
        [0.45, '#ff9a3c'],
        [1, '#ffd166'],
      ]);
      teardrop(ctx, 24, 39, 10, 18, tip * 0.7);
      fillDown(ctx, 20, 52, [
        [0, '#ffb347'],
        [1, '#fff3c4'],
      ]);
      teardrop(ctx, 24, 43, 6, 9, tip * 0.4);
      ctx.fillStyle = '#fffdf2';
      ctx.fill();
    });
  });
  paint(textures, 'eyes', 24, 12, (ctx) => {
    for (const x of [7, 17]) {
      ctx.fillStyle = '#4a1508';
      ctx.beginPath();
      ctx.ellipse(x, 6, 2.5, 3.9, 0, 0, Math.PI * 2);
      ctx.fill();
      ctx.fillStyle = '#ffffff';
      ctx.beginPath();
      ctx.arc(x + 0.8, 4.6, 1, 0, Math.PI * 2);
      ctx.fill();
    }
  });
  paint(textures, 'ember', 14, 14, (ctx) => {
    polygon(ctx, [
      [7, 0.5],
      [9, 5],
      [13.5, 7],
      [9, 9],
      [7, 13.5],
      [5, 9],
      [0.5, 7],
      [5, 5],
    ]);
    fillDown(ctx, 0, 14, [
      [0, '#fff6d8'],
      [1, '#ffb347'],
    ]);
  });
}

const LANTERNS: Readonly<Record<LanternLook, (ctx: Ctx, lit: boolean) => void>> = {
  paper: (ctx, lit) => {
    cord(ctx, lit, 0, 18);
    ctx.beginPath();
    ctx.ellipse(32, 42, 22, 23, 0, 0, Math.PI * 2);
    paper(ctx, lit, 19, 65);
    ctx.strokeStyle = lit ? 'rgba(176,62,12,0.4)' : 'rgba(255,255,255,0.1)';
    ctx.lineWidth = 1.3;
    for (const rx of [8, 15.5]) {
      ctx.beginPath();
      ctx.ellipse(32, 42, rx, 23, 0, 0, Math.PI * 2);
      ctx.stroke();
    }
    cap(ctx, lit, 22, 18, 20, 6);
    cap(ctx, lit, 24, 61, 16, 5);
    tassel(ctx, lit, 66);
  },
  boat: (ctx, lit) => {
    for (const [lean, tone] of [
      [-1, 0],
      [1, 0],
      [-0.45, 1],
      [0.45, 1],
      [0, 2],
    ] as const) {
      ctx.beginPath();
      ctx.moveTo(32, 66);
      ctx.quadraticCurveTo(32 + lean * 34 - 11, 48, 32 + lean * 28, 30 - (tone === 2 ? 10 : tone * 4));
      ctx.quadraticCurveTo(32 + lean * 34 + 11, 48, 32, 66);
      fillDown(
        ctx,
        22,
        66,
        lit
          ? [
              [0, '#ffd3df'],
              [0.5, '#ff9ec0'],
              [1, '#fff0c2'],
            ]
          : [
              [0, '#4a3a55'],
              [1, '#2a2338'],
            ],
      );
    }
    if (lit)
      orb(ctx, 32, 48, 20, [
        [0, 'rgba(255,247,214,0.95)'],
        [1, 'rgba(255,214,140,0)'],
      ]);
    rounded(ctx, 6, 63, 52, 10, 5);
    fillDown(
      ctx,
      63,
      73,
      lit
        ? [
            [0, '#8ed18f'],
            [1, '#3c6b4f'],
          ]
        : [
            [0, '#2f4a42'],
            [1, '#18302a'],
          ],
    );
  },
  cage: (ctx, lit) => {
    cord(ctx, lit, 0, 16);
    rounded(ctx, 16, 24, 32, 38, 8);
    paper(ctx, lit, 24, 62);
    ctx.strokeStyle = lit ? '#5a2b12' : '#4b5065';
    ctx.lineWidth = 2.4;
    for (const x of [16, 26.5, 37.5, 48]) {
      ctx.beginPath();
      ctx.moveTo(x, 24);
      ctx.lineTo(x, 62);
      ctx.stroke();
    }
    polygon(ctx, [
      [12, 25],
      [24, 14],
      [40, 14],
      [52, 25],
    ]);
    ctx.fillStyle = lit ? '#7a3d18' : '#3a3f52';
    ctx.fill();
    cap(ctx, lit, 13, 61, 38, 6);
  },
  sky: (ctx, lit) => {
    ctx.beginPath();
    ctx.moveTo(18, 66);
    ctx.bezierCurveTo(2, 34, 12, 10, 32, 9);
    ctx.bezierCurveTo(52, 10, 62, 34, 46, 66);
    ctx.closePath();
    paper(ctx, lit, 9, 66);
    ctx.strokeStyle = lit ? 'rgba(176,62,12,0.3)' : 'rgba(255,255,255,0.12)';
    ctx.lineWidth = 1.2;
    for (const k of [-9, 9]) {
      ctx.beginPath();
      ctx.moveTo(32 + k * 0.8, 66);
      ctx.quadraticCurveTo(32 + k * 2.2, 34, 32, 9);
      ctx.stroke();
    }
    cap(ctx, lit, 17, 65, 30, 5);
  },
};

function paper(ctx: Ctx, lit: boolean, y0: number, y1: number): void {
  if (lit)
    fillDown(ctx, y0, y1, [
      [0, '#ff8c42'],
      [0.4, '#ffc15e'],
      [0.68, '#fff0bd'],
      [1, '#ffae4f'],
    ]);
  else
    fillDown(ctx, y0, y1, [
      [0, '#4b4668'],
      [0.6, '#37345a'],
      [1, '#28264a'],
    ]);
  ctx.strokeStyle = lit ? '#fff2cc' : '#8a86b5';
  ctx.lineWidth = 1.6;
  ctx.stroke();
}

function cord(ctx: Ctx, lit: boolean, y0: number, y1: number): void {
  ctx.strokeStyle = lit ? '#c98a4b' : '#6a678f';
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  ctx.moveTo(32, y0);
  ctx.lineTo(32, y1);
  ctx.stroke();
}

function cap(ctx: Ctx, lit: boolean, x: number, y: number, w: number, h: number): void {
  rounded(ctx, x, y, w, h, 2.5);
  ctx.fillStyle = lit ? '#8c4a1d' : '#55517d';
  ctx.fill();
}

function tassel(ctx: Ctx, lit: boolean, y: number): void {
  ctx.strokeStyle = lit ? '#ff7a4a' : '#5e5a88';
  ctx.lineWidth = 1.5;
  for (const dx of [-3, 0, 3]) {
    ctx.beginPath();
    ctx.moveTo(32, y);
    ctx.lineTo(32 + dx, y + 14);
    ctx.stroke();
  }
}

function paintBeacon(textures: Textures): void {
  for (const lit of [false, true]) {
    paint(textures, lit ? 'beacon-lit' : 'beacon', 96, 150, (ctx) => {
      polygon(ctx, [
        [34, 78],
        [62, 78],
        [70, 150],
        [26, 150],
      ]);
      fillDown(
        ctx,
        78,
        150,
        lit
          ? [
              [0, '#7a4630'],
              [1, '#2c1720'],
            ]
          : [
              [0, '#3b3957'],
              [1, '#1a1930'],
            ],
      );
      ctx.fillStyle = 'rgba(0,0,0,0.25)';
      for (const y of [94, 114, 134]) ctx.fillRect(26, y, 44, 3);
      polygon(ctx, [
        [16, 52],
        [80, 52],
        [66, 80],
        [30, 80],
      ]);
      fillDown(
        ctx,
        52,
        80,
        lit
          ? [
              [0, '#ffb35c'],
              [1, '#8c3f1f'],
            ]
          : [
              [0, '#5d5a86'],
              [1, '#2d2b4a'],
            ],
      );
      rounded(ctx, 10, 46, 76, 8, 4);
      ctx.fillStyle = lit ? '#ffd9a0' : '#8a86b5';
      ctx.fill();
      if (!lit) return;
      teardrop(ctx, 48, 30, 20, 30, 3);
      fillDown(ctx, 0, 50, [
        [0, '#ff6a33'],
        [0.6, '#ffb347'],
        [1, '#fff0bd'],
      ]);
      teardrop(ctx, 48, 36, 10, 16, 2);
      ctx.fillStyle = '#fffbe6';
      ctx.fill();
    });
  }
}

function paintCreatures(textures: Textures): void {
  paint(textures, 'moth-wing', 34, 44, (ctx) => {
    ctx.beginPath();
    ctx.moveTo(2, 22);
    ctx.bezierCurveTo(10, -4, 34, -2, 32, 14);
    ctx.bezierCurveTo(31, 22, 20, 24, 14, 24);
    ctx.bezierCurveTo(26, 28, 26, 42, 16, 42);
    ctx.bezierCurveTo(8, 42, 3, 32, 2, 22);
    ctx.closePath();
    fillDown(ctx, 0, 44, [
      [0, '#b9a3e8'],
      [0.55, '#6a55a3'],
      [1, '#3c2f69'],
    ]);
    ctx.strokeStyle = '#d9ccff';
    ctx.lineWidth = 1.2;
    ctx.stroke();
    orb(ctx, 21, 12, 6, [
      [0, '#ff6fae'],
      [0.5, '#5b2a66'],
      [1, 'rgba(91,42,102,0)'],
    ]);
  });
  paint(textures, 'moth-body', 20, 40, (ctx) => {
    ctx.strokeStyle = '#d9ccff';
    ctx.lineWidth = 1.4;
    ctx.beginPath();
    ctx.moveTo(9, 9);
    ctx.quadraticCurveTo(6, 3, 2, 2);
    ctx.moveTo(11, 9);
    ctx.quadraticCurveTo(14, 3, 18, 2);
    ctx.stroke();
    ctx.beginPath();
    ctx.ellipse(10, 23, 5, 14, 0, 0, Math.PI * 2);
    fillDown(ctx, 8, 38, [
      [0, '#e9defc'],
      [1, '#4d3d80'],
    ]);
    ctx.fillStyle = '#ff3f7f';
    for (const x of [7.6, 12.4]) {
      ctx.beginPath();
      ctx.arc(x, 13, 2, 0, Math.PI * 2);
      ctx.fill();
    }
  });
  paint(textures, 'kite', 44, 60, (ctx) => {
    const quarter = (colour: string, x: number, y: number): void => {
      polygon(ctx, [
        [22, 24],
        [22, y],
        [x, 24],
      ]);
      ctx.fillStyle = colour;
      ctx.fill();
    };
    quarter('#ff7a68', 2, 1);
    quarter('#e8483f', 42, 1);
    quarter('#d43a3a', 2, 59);
    quarter('#ffb08f', 42, 59);
    ctx.strokeStyle = '#ffe3d3';
    ctx.lineWidth = 1.4;
    polygon(ctx, [
      [22, 1],
      [42, 24],
      [22, 59],
      [2, 24],
    ]);
    ctx.stroke();
  });
  paint(textures, 'bow', 16, 10, (ctx) => {
    polygon(ctx, [
      [8, 5],
      [1, 1],
      [1, 9],
    ]);
    ctx.fillStyle = '#ffb08f';
    ctx.fill();
    polygon(ctx, [
      [8, 5],
      [15, 1],
      [15, 9],
    ]);
    ctx.fill();
  });
  paint(textures, 'frog', 46, 48, (ctx) => {
    const skin: readonly (readonly [number, string])[] = [
      [0, '#b6e36b'],
      [1, '#3d7a3f'],
    ];
    for (const side of [-1, 1]) {
      ctx.beginPath();
      ctx.ellipse(23 + side * 14, 36, 6, 12, side * 0.5, 0, Math.PI * 2);
      fillDown(ctx, 24, 48, skin);
    }
    ctx.beginPath();
    ctx.ellipse(23, 26, 15, 14, 0, 0, Math.PI * 2);
    fillDown(ctx, 10, 42, skin);
    for (const side of [-1, 1]) {
      ctx.fillStyle = '#b6e36b';
      ctx.beginPath();
      ctx.arc(23 + side * 8, 12, 6, 0, Math.PI * 2);
      ctx.fill();
      ctx.fillStyle = '#1d2b12';
      ctx.beginPath();
      ctx.arc(23 + side * 8, 11, 3, 0, Math.PI * 2);
      ctx.fill();
    }
    ctx.strokeStyle = '#24471f';
    ctx.lineWidth = 1.8;
    ctx.beginPath();
    ctx.arc(23, 24, 8, 0.3, Math.PI - 0.3);
    ctx.stroke();
  });
  paint(textures, 'drop', 20, 34, (ctx) => {
    teardrop(ctx, 10, 20, 8.5, 18, 0);
    fillDown(ctx, 2, 32, [
      [0, '#e2fbff'],
      [0.5, '#7fd4ff'],
      [1, '#2f7fd0'],
    ]);
    ctx.fillStyle = 'rgba(255,255,255,0.85)';
    ctx.beginPath();
    ctx.ellipse(7, 21, 1.8, 4, 0.3, 0, Math.PI * 2);
    ctx.fill();
  });
  paint(textures, 'cloud', 150, 110, (ctx) => {
    const puffs = [
      [42, 68, 28],
      [72, 48, 36],
      [108, 66, 30],
      [76, 74, 30],
    ] as const;
    for (const [grow, colour] of [
      [3, '#dfe8ff'],
      [0, '#8a93d6'],
    ] as const) {
      ctx.fillStyle = colour;
      for (const [x, y, r] of puffs) {
        ctx.beginPath();
        ctx.arc(x, y, r + grow, 0, Math.PI * 2);
        ctx.fill();
      }
    }
    ctx.fillStyle = 'rgba(214,224,255,0.5)';
    for (const [x, y, r] of puffs.slice(0, 3)) {
      ctx.beginPath();
      ctx.arc(x - 3, y - 6, r * 0.74, 0, Math.PI * 2);
      ctx.fill();
    }
    // Asleep, and cold.
    ctx.strokeStyle = '#3a3f86';
    ctx.lineWidth = 2.6;
    ctx.lineCap = 'round';
    for (const x of [62, 86]) {
      ctx.beginPath();
      ctx.arc(x, 62, 6, 0.25, Math.PI - 0.25);
      ctx.stroke();
    }
    ctx.beginPath();
    ctx.ellipse(74, 78, 3.4, 4.4, 0, 0, Math.PI * 2);
    ctx.stroke();
  });
}

function paintMachines(textures: Textures): void {
  paint(textures, 'arm', 128, 24, (ctx) => {
    rounded(ctx, 4, 7, 120, 10, 5);
    fillDown(ctx, 7, 17, [
      [0, '#7d6a72'],
      [0.5, '#4a3a42'],
      [1, '#261b22'],
    ]);
    for (const x of [8, 120]) {
      orb(ctx, x, 12, 12, [
        [0, '#fff0bd'],
        [0.4, '#ff9a3c'],
        [0.75, 'rgba(255,90,40,0.5)'],
        [1, 'rgba(255,90,40,0)'],
      ]);
    }
  });
  paint(textures, 'hub', 40, 40, (ctx) => {
    ctx.beginPath();
    for (let i = 0; i < 10; i += 1) {
      const a = (i / 10) * Math.PI * 2;
      ctx.lineTo(20 + Math.cos(a) * 18, 20 + Math.sin(a) * 18);
      ctx.lineTo(20 + Math.cos(a + 0.31) * 14, 20 + Math.sin(a + 0.31) * 14);
    }
    ctx.closePath();
    fillDown(ctx, 2, 38, [
      [0, '#a58c7c'],
      [1, '#3a2a2c'],
    ]);
    orb(ctx, 20, 20, 7, [
      [0, '#ffd166'],
      [1, '#8c3f1f'],
    ]);
  });
  paint(textures, 'piston', 74, 130, (ctx) => {
    rounded(ctx, 22, 0, 30, 130, 3);
    fillDown(ctx, 0, 130, [
      [0, '#3b2d33'],
      [1, '#5a464c'],
    ]);
    ctx.fillStyle = 'rgba(255,255,255,0.1)';
    ctx.fillRect(27, 0, 4, 80);
    rounded(ctx, 0, 78, 74, 52, 6);
    fillDown(ctx, 78, 130, [
      [0, '#8f7a74'],
      [0.25, '#5c484b'],
      [1, '#32242a'],
    ]);
    ctx.save();
    rounded(ctx, 0, 112, 74, 18, 6);
    ctx.clip();
    ctx.fillStyle = '#ffd166';
    ctx.fillRect(0, 112, 74, 18);
    ctx.fillStyle = '#2a1b20';
    for (let x = -20; x < 90; x += 20) {
      polygon(ctx, [
        [x, 130],
        [x + 14, 112],
        [x + 24, 112],
        [x + 10, 130],
      ]);
      ctx.fill();
    }
    ctx.restore();
  });
}

function paintSigns(textures: Textures): void {
  paint(textures, 'heart-flame', 20, 26, (ctx) => {
    teardrop(ctx, 10, 15, 8, 14, 1);
    fillDown(ctx, 1, 24, [
      [0, '#ff6a33'],
      [1, '#ffd166'],
    ]);
    teardrop(ctx, 10, 18, 4, 6, 0);
    ctx.fillStyle = '#fff6d8';
    ctx.fill();
  });
  for (const full of [false, true]) {
    paint(textures, full ? 'star-full' : 'star', 64, 64, (ctx) => {
      ctx.beginPath();
      for (let i = 0; i < 10; i += 1) {
        const a = -Math.PI / 2 + (i * Math.PI) / 5;
        const r = i % 2 === 0 ? 28 : 13;
        ctx.lineTo(32 + Math.cos(a) * r, 33 + Math.sin(a) * r);
      }
      ctx.closePath();
      ctx.lineJoin = 'round';
      ctx.lineWidth = 5;
      ctx.strokeStyle = full ? '#ffe9a8' : 'rgba(255,255,255,0.22)';
      ctx.stroke();
      if (full)
        fillDown(ctx, 4, 60, [
          [0, '#fff0bd'],
          [1, '#ff9a3c'],
        ]);
      else {
        ctx.fillStyle = 'rgba(8,8,28,0.7)';
        ctx.fill();
      }
    });
  }
  paint(textures, 'lock', 24, 28, (ctx) => {
    ctx.strokeStyle = '#e9e4ff';
    ctx.lineWidth = 3;
    ctx.beginPath();
    ctx.arc(12, 11, 6, Math.PI, 0);
    ctx.lineTo(18, 15);
    ctx.moveTo(6, 11);
    ctx.lineTo(6, 15);
    ctx.stroke();
    rounded(ctx, 3, 13, 18, 13, 3);
    ctx.fillStyle = '#e9e4ff';
    ctx.fill();
    ctx.fillStyle = fade('#1b1638', 1);
    ctx.beginPath();
    ctx.arc(12, 19, 2.2, 0, Math.PI * 2);
    ctx.fill();
  });
  paint(textures, 'pointer', 24, 24, (ctx) => {
    polygon(ctx, [
      [22, 12],
      [5, 3],
      [9, 12],
      [5, 21],
    ]);
    ctx.fillStyle = '#ffe0a3';
    ctx.fill();
  });
}
