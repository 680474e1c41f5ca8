"""The recipe of the starter model: from the names of packages to a model that both engines load.

Every step is a pure function of the pinned package list, the seed and the step's number: a run that was cut off goes
on with the very numbers that it would have had. Nothing outside the working folder (`.training/`) is written, except
by `export`, which is told where.
"""
