/** Renders sounds beside the page, so that no frame waits for a tune. One request, one answer with the same name. */
import { renderEffect } from './effects.ts';
import type { EffectName } from './effects.ts';
import { renderTune } from './music.ts';
import type { TuneName } from './music.ts';
import { wavUri } from './wav.ts';

/** What to render. */
export type SoundRequest = { kind: 'effect'; name: EffectName } | { kind: 'tune'; name: TuneName };
/** What was rendered. */
export type SoundAnswer = SoundRequest & { uri: string };

self.addEventListener('message', (event: MessageEvent<SoundRequest>) => {
  const request = event.data;
  const samples = request.kind === 'effect' ? renderEffect(request.name) : renderTune(request.name);
  self.postMessage({ ...request, uri: wavUri(samples) } satisfies SoundAnswer);
});
