import type { A } from './a';
import fs = require('fs');

/** What can be drawn. */
export interface Drawable<T> extends Base {
  draw(to: T): void;
}

export type Pair = [number, string];

export enum Colour { Red, Green }

namespace Inner {
  export function helper(): void {}
}

export declare function outside(name: string): number;

/** Draws. */
export abstract class Painter implements Drawable<string> {
  constructor(private readonly target: string) {
    super();
  }

  /** Must be given. */
  abstract colour(): Colour;

  draw = (to: string): void => {
    console.log(to);
  };

  private async load<T>(url: string): Promise<T> {
    return fetch(url) as T;
  }
}

const total = (values: number[]): number => values.reduce((a, b) => a + b, 0);
