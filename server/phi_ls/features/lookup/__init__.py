"""What follows where the same text stands elsewhere: completions without a model, in about a millisecond.

`lookup` is pure: it looks in the file at hand and, when it is given one, in an `Index` of other files. `Neighbours`
keeps such an index for the files around those that are open.
"""

from phi_ls.features.lookup.confidence import ALONE, INSTANT
from phi_ls.features.lookup.fitted import fitted
from phi_ls.features.lookup.index import Index
from phi_ls.features.lookup.match import Match, lookup
from phi_ls.features.lookup.neighbours import Neighbours

__all__ = ["ALONE", "INSTANT", "Index", "Match", "Neighbours", "fitted", "lookup"]
