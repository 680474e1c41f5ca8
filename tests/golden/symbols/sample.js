import fs from 'fs';
export * from './b.js';

/** The limit. */
const LIMIT = 3;

/**
 * Adds two numbers.
 *
 * @param {number} a the first
 */
export default async function add(a, b) {
  return a + b;
}

// One line.
// Another line.
export const mul = (a, b) => a * b;

// Not its comment: a line lies between.

let handler = function (event) {
  return event;
};

/** A shape. */
export class Shape extends Base {
  #hidden = 1;

  /** Its area. */
  area() {
    return 1;
  }

  static of = () => new Shape();

  get name() { return 'é😀'; }

  *#pieces() {}
}

function* numbers() {
  yield 1;
}
