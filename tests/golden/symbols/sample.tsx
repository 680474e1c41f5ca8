import React from 'react';

/** Shows a name. */
export function Hello({ name }: { name: string }) {
  return <b className="x">{name}</b>;
}

export const List = (props: Props) => (
  <ul>
    {props.items.map((item) => <li key={item}>{item}</li>)}
  </ul>
);
