// msgpackr ships no types for its build without eval; it exports the same classes.
declare module 'msgpackr/index-no-eval' {
  export { Packr, Unpackr } from 'msgpackr';
}
