export { enWords as frWords } from './en.ts';
