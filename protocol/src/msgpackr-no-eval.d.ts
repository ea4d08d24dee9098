// msgpackr ships no types for its reader without eval; it exports the same class.
declare module 'msgpackr/unpack-no-eval' {
  export { Unpackr } from 'msgpackr';
}
