/** Ships without types; imported for its effect only. */
declare module 'pixi.js/unsafe-eval';
