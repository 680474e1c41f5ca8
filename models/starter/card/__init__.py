"""Everything that the model card says in figures, made anew by one command: `python -m models.starter.card`.

`packages` writes the ten held-out packages to two folders, one to calibrate on and one to report on; `runs` measures
them with `phi-ls eval`; `bits` and `answers` add what that command does not know; `tables` turns the results, which are
kept in `figures/`, into the text of the card.
"""
