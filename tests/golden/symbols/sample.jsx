import React from 'react';

// Shows a name.
export function Hello({ name }) {
  return <b className="x">{name}</b>;
}
