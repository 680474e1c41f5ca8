"""Run one step of the recipe, or all of them: `python -m models.starter.recipe --help`."""

from .command import main

raise SystemExit(main())
